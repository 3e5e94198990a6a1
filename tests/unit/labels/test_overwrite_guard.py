"""A slip of the hand costs neither a recording nor a project."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tests.unit.core.attacks import ATTACKS, untouched, victim_in
from tests.unit.fakes import write_sound
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.labels.exchange.clips import ClipOptions, cut_clips, plan_clips
from yamnet_gui.labels.exchange.report import ReportFacts, write_report
from yamnet_gui.labels.formats import (
    FORMATS,
    WriteOptions,
    planned_files,
    sidecar_path,
    write_labels,
    write_score_table,
)
from yamnet_gui.labels.overwrite_guard import check_outputs
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


@pytest.mark.parametrize("tail", ["-wal", "-shm", "-journal", ".lock", "-WAL"])
def test_nothing_is_written_over_the_log_or_the_lock_of_a_project(
    tail: str, project: Path, recording: LabelledRecording, tmp_path: Path
) -> None:
    renamed = Path(shutil.copy(project, tmp_path / "labels.db"))
    log = Path(f"{project}{tail}")
    log.write_bytes(b"the last decisions")
    for path in (log, Path(f"{renamed}{tail}"), Path(f"{tmp_path / 'new.yamnet'}{tail}")):
        with pytest.raises(LabelsError, match="belongs to the project"):
            check_outputs([path], [])
    with pytest.raises(LabelsError, match="belongs to the project"):
        write("csv", log, recording)
    assert log.read_bytes() == b"the last decisions"
    check_outputs([tmp_path / f"labels{tail}", tmp_path / f"my{tail}.csv"], [])


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


COMPANIONS = [(n, t) for n, f in FORMATS.items() if f.can_write for t in f.companions]


@pytest.mark.parametrize(("name", "tail"), [*COMPANIONS, ("raven", "sidecar")])
def test_a_file_of_others_beside_an_export_stays_and_ours_is_replaced(
    name: str, tail: str, recording: LabelledRecording, tmp_path: Path
) -> None:
    out = tmp_path / f"labels{FORMATS[name].suffix}"
    beside = sidecar_path(out) if tail == "sidecar" else tmp_path / f"labels{tail}"
    options = WriteOptions(sidecar=tail == "sidecar")
    beside.write_text("theirs")
    for attempt in (write_labels, planned_files):  # the second is what a dry run calls
        with pytest.raises(LabelsError, match="did not write") as caught:
            attempt(name, [recording], out, options=options)
        assert str(beside) in str(caught.value)
        assert {p.name for p in tmp_path.iterdir()} >= {beside.name}
        assert beside.read_text() == "theirs"
        assert not out.exists()
    beside.unlink()
    made = write_labels(name, [recording], out, options=options)
    assert beside in made
    assert planned_files(name, [recording], out, options=options) == made
    assert write_labels(name, [recording], out, options=options) == made


def test_a_file_that_is_read_is_not_written_under_any_name(tmp_path: Path) -> None:
    read = tmp_path / "in.csv"
    read.write_text("labels")
    names = {
        "same": read,
        "relative": Path(os.path.relpath(read)),
        "dots": tmp_path / "x/../in.csv",
    }
    (tmp_path / "x").mkdir()
    if os.name == "posix":
        names |= {"link": tmp_path / "link.csv", "hard": tmp_path / "hard.csv"}
        names["link"].symlink_to(read)
        names["hard"].hardlink_to(read)
    for path in names.values():
        with pytest.raises(LabelsError, match="is an input of this command"):
            check_outputs([None, path], [None, read])
        with pytest.raises(LabelsError, match="is an input of this command"):
            check_outputs([path], [tmp_path])  # a folder of tables
    with pytest.raises(LabelsError, match="two different outputs"):
        check_outputs([tmp_path / "new.json", tmp_path / "x" / ".." / "NEW.json"], [])
    check_outputs([tmp_path / "new.json", tmp_path / "new.csv"], [read])


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
@pytest.mark.parametrize("attack", sorted(set(ATTACKS) - {"folder", "hard link"}))
def test_an_output_is_no_link_pipe_or_device(tmp_path: Path, attack: str) -> None:
    victim = victim_in(tmp_path / "theirs")
    ATTACKS[attack](tmp_path / "out.json", victim)
    with pytest.raises(LabelsError, match="is left as it is"):
        check_outputs([tmp_path / "out.json"], [])
    assert untouched(victim)
