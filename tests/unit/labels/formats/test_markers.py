"""Markers inside a recording are imported like a table of labels."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.unit.audio.test_markers import cues, region, with_chunks, write_chapters
from yamnet_gui.cli.main import run_command
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.labels.formats import detect_format, read_labels, readable_suffixes
from yamnet_gui.labels.project import Project

RATE = 8000


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    chunks = cues({1: RATE, 2: 2 * RATE}, (b"labl", 1, b"Dog\0"), (b"ltxt", 2, region(RATE)))
    return with_chunks(tmp_path / "marked.wav", chunks)


def test_markers_are_events_of_their_recording(marked: Path) -> None:
    assert detect_format(marked) == "markers"
    result = read_labels(None, marked)
    (labelled,) = result.recordings
    assert labelled.recording.path == marked
    first, second = labelled.events
    assert (first.label, first.class_index, first.onset_s, first.offset_s) == ("Dog", 69, 1.0, 1.0)
    assert (second.label, second.onset_s, second.offset_s) == ("Marker 2", 2.0, 3.0)
    assert result.warnings == ()


def test_a_recording_without_markers_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "plain.wav"
    soundfile.write(path, np.zeros(RATE), RATE)
    with pytest.raises(
        LabelsError, match="is a recording, not a table of labels, and has no markers or chapters"
    ):
        read_labels(None, path)


def test_recordings_are_not_taken_for_tables() -> None:
    assert not readable_suffixes() & {".wav", ".mp4", ".mkv"}


def test_import_into_a_project(
    marked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = write_chapters(tmp_path / "book.mkv")
    project = tmp_path / "p.yamnet"
    arguments = ["import", str(marked), str(book), "--project", str(project)]
    assert run_command([*arguments, "--create", "--add-recordings", "--yes"]) == 0
    assert "2 events" in capsys.readouterr().out
    with Project.open(project) as opened:
        by_name = {r.name: opened.events.of(r.id) for r in opened.recordings.all()}
    assert [e.label for e in by_name["marked.wav"]] == ["Dog", "Marker 2"]
    assert [e.label for e in by_name["book.mkv"]] == ["Beginn", "Fortsetzung"]
    assert run_command([*arguments, "--yes"]) == 0
    assert "0 new, 4 same" in capsys.readouterr().out
