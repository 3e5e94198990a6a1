"""A slip of the hand costs neither a recording nor a project."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.labels.exchange.clips import ClipOptions, cut_clips, plan_clips
from yamnet_gui.labels.exchange.report import ReportFacts, write_report
from yamnet_gui.labels.formats import write_labels, write_score_table
from yamnet_gui.labels.project import Project


@pytest.fixture
def recording(tmp_path: Path) -> LabelledRecording:
    path = write_sound(tmp_path / "a.wav", 2.0)
    info = RecordingInfo(path, 2.0, 16_000, 1)
    return LabelledRecording(info, EventList.of([Event("e", 0.5, 1.0, "Dog")]))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    with Project.create(tmp_path / "p.yamnet") as made:
        return made.path


def write(way: str, path: Path, recording: LabelledRecording) -> None:
    if way == "report":
        write_report([recording], path, ReportFacts("t", datetime(2026, 1, 1, tzinfo=UTC)))
    elif way == "scores":
        table = ScoreTable(FrameGrid(2, 1.0), np.zeros((2, 1), np.float32))
        write_score_table(table, ["Dog"], path)
    else:
        write_labels(way, [recording], path)


@pytest.mark.parametrize("way", ["csv", "jams", "report", "scores"])
def test_nothing_is_written_over_a_project_or_a_recording(
    way: str, project: Path, recording: LabelledRecording, tmp_path: Path
) -> None:
    renamed = Path(shutil.copy(project, tmp_path / "labels.csv"))
    hard = tmp_path / "other.name"
    hard.hardlink_to(recording.recording.path)
    targets = {project: "a project", renamed: "a project", recording.recording.path: "a recording"}
    if way != "scores":  # these do not know which recordings there are
        targets[hard] = "a recording"
    for path, what in targets.items():
        before = path.read_bytes()
        with pytest.raises(LabelsError, match=f"is the name of {what}"):
            write(way, path, recording)
        assert path.read_bytes() == before
    with pytest.raises(LabelsError, match="is the name of a project"):
        write(way, tmp_path / "new.yamnet", recording)  # could not be opened as one afterwards


@pytest.mark.parametrize("way", ["csv", "report", "scores"])
def test_folders_are_made_or_it_is_said_why_not(
    way: str, recording: LabelledRecording, tmp_path: Path
) -> None:
    write(way, tmp_path / "new" / "deep" / "out.x", recording)
    assert (tmp_path / "new" / "deep" / "out.x").stat().st_size
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LabelsError, match="cannot be written"):
        write(way, tmp_path / "file" / "out.x", recording)


def test_no_clip_is_cut_over_the_recording_it_comes_from(
    recording: LabelledRecording, tmp_path: Path
) -> None:
    before = recording.recording.path.read_bytes()
    options = ClipOptions(template="{recording}", folder_per_label=False)
    (cut,) = cut_clips(plan_clips([recording], options), tmp_path, options)
    assert cut.written is None
    assert "is a recording and is left as it is" in cut.problem
    assert recording.recording.path.read_bytes() == before
