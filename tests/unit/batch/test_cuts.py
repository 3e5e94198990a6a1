"""Long recordings of a run as sections: which are cut, and what a worker makes of them."""

from pathlib import Path

import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.analysis import AnalysisSettings, sections
from yamnet_gui.batch import BatchOptions, cuts
from yamnet_gui.batch.cuts import Cuts
from yamnet_gui.batch.journal import Record
from yamnet_gui.batch.parts import Part
from yamnet_gui.batch.worker import Task, Worker

LONG_S, SETTINGS = 150.0, AnalysisSettings()


@pytest.fixture(autouse=True)
def _small_sections(monkeypatch):
    monkeypatch.setattr(sections, "SECTION_FRAMES", 128)
    monkeypatch.setattr(cuts, "_LEAST_BYTES", 1 << 20)


def part_of(record: Record, kind: str) -> Part:
    ((own, name, offset, length, crc32),) = record.parts
    assert own == kind
    return Part(Path(name), offset, length, crc32)


@pytest.fixture
def tasks(tmp_path: Path) -> list[Task]:
    """A long recording between short ones, and a long one that cannot be cut."""
    short = [Task(write_sound(tmp_path / f"{k}.wav", 1.0, seed=k), f"k{k}") for k in range(4)]
    long = Task(write_sound(tmp_path / "long.wav", LONG_S), "long")
    lossy = tmp_path / "lossy.mp3"
    lossy.write_bytes(bytes(3 << 20))
    return [*short[:2], long, *short[2:], Task(lossy, "lossy")]


def cuts_of(tasks: list[Task], processes: int = 2) -> Cuts:
    sizes = {task.key: task.path.stat().st_size for task in tasks}
    return Cuts(tasks, sizes, processes, SETTINGS, part_of)


def keys(groups) -> list[list[str]]:
    return [[task.key for task in group] for group in groups]


def record_of(task: Task, parts: tuple = (("section", "a.parts", 0, 3, 1),)) -> Record:
    return Record(task.key, str(task.path), 1, 1, parts=parts)


def test_a_recording_that_would_keep_the_others_waiting_is_cut_in_its_place(tasks):
    groups = cuts_of(tasks).groups()
    order = [key for group in keys(groups) for key in group]
    assert order == ["k0", "k1", "long@0-128", "long@128-312", "k2", "k3", "lossy"]
    assert [task.span for task in groups[keys(groups).index(["long@0-128"])]] == [(0, 128)]


def test_among_many_of_its_length_none_is_cut(tasks):
    many = [Task(tasks[2].path, f"long{k}") for k in range(9)]
    assert not any("@" in key for group in keys(cuts_of(many, 1).groups()) for key in group)
    assert any("@" in key for group in keys(cuts_of(many, 4).groups()) for key in group)


def test_the_last_section_leads_to_joining_and_one_that_failed_to_the_whole(tasks):
    for parts, joined in [((("section", "b.parts", 0, 3, 1),), 2), ((), 0)]:
        made = cuts_of(tasks)
        first, last = (g[0] for g in made.groups() if g[0].span is not None)
        assert made.is_section(record_of(first))
        assert made.share(record_of(first)) == ("long", 128 / 312)
        assert made.next_groups(record_of(first)) == []
        ((task,),) = made.next_groups(record_of(last, parts))
        assert (task.key, task.span, len(task.sections)) == ("long", None, joined)


def test_sections_of_an_earlier_run_are_kept_where_nothing_has_changed(tasks, tmp_path):
    (tmp_path / "a.parts").write_bytes(b"abc")
    stored = ("section", str(tmp_path / "a.parts"), 0, 3, 0x352441C2)
    first, last = (g[0] for g in cuts_of(tasks).groups() if g[0].span is not None)
    records = {task.key: record_of(task, (stored,)) for task in (first, last)}
    made = cuts_of(tasks)
    made.take_over({first.key: records[first.key]}, lambda _record, _path: True)
    assert ["long@0-128"] not in keys(made.groups())
    made = cuts_of(tasks)
    made.take_over(records, lambda _record, _path: True)
    (joined,) = (g[0] for g in made.groups() if g[0].key == "long")
    assert len(joined.sections) == 2
    made = cuts_of(tasks)
    made.take_over(records, lambda _record, _path: False)
    assert ["long@0-128"] in keys(made.groups())


@pytest.mark.workflow
def test_a_worker_joins_sections_to_the_tables_of_the_whole(
    tasks, tmp_path, tiny_weights, monkeypatch
):
    options = BatchOptions(
        tiny_weights, SETTINGS, scores=tmp_path / "s.csv", embeddings=tmp_path / "e.csv"
    )
    made = cuts_of(tasks)
    spans = [g[0] for g in made.groups() if g[0].span is not None]
    folder = tmp_path / "run"
    folder.mkdir()

    def done(task: Task, *, runs: bool = True) -> Record:
        worker = Worker(options, folder)
        if not runs:
            monkeypatch.setattr(worker.model, "network", None)
        ((_, record),) = [step for step in worker.run([task]) if isinstance(step[1], Record)]
        worker.close()
        return record

    def content(record: Record) -> list[bytes]:
        parts = (Part(folder / name, *place) for _, name, *place in record.parts)
        return [b"".join(part.blocks()) for part in parts]

    records = [done(task) for task in spans]
    parts = tuple(Part(folder / name, *place) for r in records for _, name, *place in r.parts)
    joined = done(Task(tasks[2].path, "long", sections=parts), runs=False)
    whole = done(Task(tasks[2].path, "long"))
    assert len(content(whole)) == 2
    assert content(joined) == content(whole)
    assert (joined.best, joined.audio_s) == (whole.best, whole.audio_s)
    damaged = folder / records[0].parts[0][1]
    damaged.write_bytes(damaged.read_bytes()[:-9] + bytes(9))
    again = done(Task(tasks[2].path, "long", sections=parts))
    assert content(again) == content(whole)


def test_a_section_that_cannot_be_read_gives_no_part(tmp_path, tiny_weights):
    path = tmp_path / "broken.wav"
    path.write_bytes(b"RIFF")
    options = BatchOptions(tiny_weights, scores=tmp_path / "s.csv")
    ((_, record),) = Worker(options, tmp_path).run([Task(path, "b@0-128", span=(0, 128))])
    assert record.ok
    assert record.parts == ()
