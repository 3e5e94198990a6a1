"""Two copies that went on apart."""

from dataclasses import replace
from pathlib import Path

import pytest

from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.project import (
    LabelSet,
    MergeChoice,
    OwnLabel,
    Project,
    ProjectEvent,
    Recording,
    StoredRules,
    accept,
    add_recordings,
    compare,
    delete,
    draw,
    mark_reviewed,
    merge_command,
    move_edge,
    open_checks,
    reject,
    remove_recordings,
    reviewer_decisions,
    set_label_set,
    set_note,
    set_rules,
)
from yamnet_gui.labels.project.reviewer_decisions import decisions_of

from .helpers import agrees, made, snapshot


def _copies(folder: Path) -> tuple[Project, Project]:
    ours = made(folder / "ours.yamnet")
    (folder / "sub").mkdir()
    ours.save_as(folder / "sub" / "theirs.yamnet")
    theirs = Project.open(folder / "sub" / "theirs.yamnet")
    theirs.reviewer = "Ben"
    return ours, theirs


def _item(project: Project, n: int, recording: str = "r0") -> ProjectEvent:
    event = project.events.of(recording).events[n]
    item = project.events.get(recording, event.id)
    assert item is not None
    return item


def test_equal_copies_need_nothing(tmp_path: Path) -> None:
    ours, theirs = _copies(tmp_path)
    with ours, theirs:
        merge = compare(ours, theirs)
        assert (merge.additions, merge.conflicts, merge.related) == ((), (), True)


def test_what_only_one_changed_is_taken_over(tmp_path: Path) -> None:
    ours, theirs = _copies(tmp_path)
    with ours, theirs:
        before = snapshot(ours)
        ours.apply(accept([_item(ours, 0)]))
        deleted, remaining = _item(ours, 8), _item(ours, 9)
        ours.apply(delete([deleted]))
        theirs.apply(reject([_item(theirs, 1)], "Ben"))
        theirs.apply(draw("r1", 3, 4, "Own", reviewer="Ben"))
        theirs.apply(delete([_item(theirs, 5)]))
        lost = [e.id for e in ours.events.of("r0") if theirs.events.get("r0", e.id) is None]
        theirs.apply(
            mark_reviewed("r1", theirs.recordings.reviewed("r1"), TimeSpan(0, 9), (), "Ben")
        )
        theirs.apply(set_label_set(None, LabelSet("s", "mine", (OwnLabel("Own"),))))
        theirs.apply(set_rules(None, StoredRules("r", "strict", 1, "{}")))
        new = Recording("r9", "../new.wav", "hash9")
        theirs.apply(add_recordings([new]))
        theirs.events.store_detections("r9", [Event("d", 0, 1, "Dog")])
        merge = compare(ours, theirs)
        assert merge.conflicts == ()
        assert merge.new_recordings == 1
        assert merge.new_events == 2
        middle = snapshot(ours)
        ours.apply(merge_command(merge, {}))
        agrees(ours)
        assert _item(ours, 0).event.state is ReviewState.ACCEPTED
        assert _item(ours, 1).event.state is ReviewState.REJECTED
        assert _item(ours, 1).event.reviewer == "Ben"
        assert ours.events.get("r0", deleted.event.id) is None
        assert ours.events.get("r0", remaining.event.id) is not None
        assert all(ours.events.get("r0", i) is None for i in lost)
        assert len(lost) == 1
        assert ours.recordings.get("r9") == replace(new, path="new.wav")
        assert ours.settings.label_sets()[0].name == "mine"
        assert len(ours.recordings.reviewed("r1").spans) == 1
        assert compare(ours, theirs).additions == ()
        assert ours.undo() == "merge another copy"
        assert snapshot(ours) == middle
        ours.undo()
        ours.undo()
        assert snapshot(ours) == before


def test_contradictions_are_shown_and_decided(tmp_path: Path) -> None:
    ours, theirs = _copies(tmp_path)
    with ours, theirs:
        for n in range(4):
            ours.apply(accept([_item(ours, n)], "Anna"))
        theirs.apply(reject([_item(theirs, 0)], "Ben"))
        theirs.apply(move_edge(_item(theirs, 1), 2.4, 3.0))
        theirs.apply(set_note(_item(theirs, 2), "loud"))
        theirs.apply(accept([_item(theirs, 3)], "Ben"))  # the same decision
        merge = compare(ours, theirs)
        assert merge.additions == ()
        assert len(merge.conflicts) == 3
        first, second, _third = merge.conflicts
        assert first.ours is not None
        assert first.theirs is not None
        assert (first.ours.state, first.theirs.state) == ("accepted", "rejected")
        choices = {first.key: MergeChoice.THEIRS, second.key: MergeChoice.BOTH}
        ours.apply(merge_command(merge, choices))
        agrees(ours)
        events = ours.events.of("r0")
        assert len(events) == 11
        assert events.events[0].state is ReviewState.REJECTED
        assert sum(e.offset_s == 3.0 for e in events) == 1
        assert all(e.note == "" for e in events)
        ours.undo()
        assert len(ours.events.of("r0")) == 10


def test_a_deletion_against_a_decision_is_a_conflict(tmp_path: Path) -> None:
    ours, theirs = _copies(tmp_path)
    with ours, theirs:
        item = _item(ours, 0)
        ours.apply(delete([item]))
        theirs.apply(accept([_item(theirs, 0)], "Ben"))
        (conflict,) = compare(ours, theirs).conflicts
        assert conflict.ours is None
        choice = {conflict.key: MergeChoice.THEIRS}
        ours.apply(merge_command(compare(ours, theirs), choice))
        back = ours.events.get("r0", item.event.id)
        assert back is not None
        assert back.event.state is ReviewState.ACCEPTED


def test_an_undone_decision_counts_as_a_change(tmp_path: Path) -> None:
    ours = made(tmp_path / "ours.yamnet")
    ours.apply(accept([_item(ours, 0)]))
    ours.save_as(tmp_path / "theirs.yamnet")
    with ours, Project.open(tmp_path / "theirs.yamnet") as theirs:
        theirs.undo()
        merge = compare(ours, theirs)
        assert len(merge.additions) == 1
        ours.apply(merge_command(merge, {}))
        assert _item(ours, 0).event.state is ReviewState.UNREVIEWED


def test_a_drag_going_on_after_the_copy_is_seen(tmp_path: Path) -> None:
    ours = made(tmp_path / "ours.yamnet")
    ours.apply(move_edge(_item(ours, 0), 0, 1.5))
    ours.save_as(tmp_path / "theirs.yamnet")
    ours.apply(move_edge(_item(ours, 0), 0, 2.5))
    with ours, Project.open(tmp_path / "theirs.yamnet") as theirs:
        merge = compare(theirs, ours)
        theirs.apply(merge_command(merge, {}))
        assert _item(theirs, 0).event.offset_s == 2.5


def test_a_recording_taken_out_here_does_not_come_back(tmp_path: Path) -> None:
    ours, theirs = _copies(tmp_path)
    with ours, theirs:
        ours.apply(remove_recordings([ours.recordings.all()[0]]))
        assert compare(ours, theirs).additions == ()


def test_strangers_meet_by_content(tmp_path: Path) -> None:
    with (
        Project.create(tmp_path / "a.yamnet") as ours,
        Project.create(tmp_path / "b.yamnet") as theirs,
    ):
        for project, name in ((ours, "mine"), (theirs, "theirs")):
            project.apply(add_recordings([Recording(name, f"{name}.wav", "same", 10)]))
            project.events.store_detections(
                name, [Event(f"d{n}", n, n + 1, "Dog") for n in range(3)]
            )
        ours.apply(accept([_item(ours, 0, "mine")]))
        theirs.apply(reject([_item(theirs, 0, "theirs"), _item(theirs, 1, "theirs")]))
        merge = compare(ours, theirs)
        assert not merge.related
        assert [c.event_id for c in merge.conflicts] == ["d0"]
        ours.apply(merge_command(merge, {}))
        states = [e.state.value for e in ours.events.of("mine")]
        assert states == ["accepted", "rejected", "unreviewed"]


def test_decisions_of_any_number_are_stored_and_read_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one value they exceed what a project takes: some 250,000 events of one recording."""
    monkeypatch.setattr(open_checks, "_LONGEST_VALUE_BYTES", 60_000)
    monkeypatch.setattr(reviewer_decisions, "_PART", 10_000, raising=False)
    with made(tmp_path / "ours.yamnet", 1, 800) as first:
        first.save_as(tmp_path / "theirs.yamnet")
    ours, theirs = (Project.open(tmp_path / f"{n}.yamnet") for n in ("ours", "theirs"))
    with ours, theirs:
        for project, reviewer, decide in ((ours, "Anna", accept), (theirs, "Berta", reject)):
            project.reviewer = reviewer
            items = [ProjectEvent("r0", e) for e in project.events.of("r0")]
            for k in range(0, len(items), 100):
                project.apply(decide(items[k : k + 100], reviewer))
        before = snapshot(ours)
        ours.apply(merge_command(compare(ours, theirs), {}))
        stored = decisions_of(ours)["r0"]
        assert {name: len(one.events) for name, one in stored.items()} == {
            "Anna": 800, "Berta": 800
        }  # fmt: skip
        assert stored["Berta"].events == tuple(theirs.events.of("r0"))
        assert not compare(ours, theirs).decisions  # nothing new by then
        ours.undo()
        assert snapshot(ours) == before
        assert not ours.settings.value("decisions-r0")
        ours.redo()
        assert decisions_of(ours)["r0"] == stored
