"""Undo all is the start, redo all is the end, whatever was done and whenever it was closed."""

import random
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.labels.project import Project, accept, delete, group, move_edge, set_note, split

from .helpers import agrees, made, random_command, snapshot


class Editing(RuleBasedStateMachine):
    """The user edits, undoes and redoes; a list of snapshots says what must come out."""

    folder: Path

    @initialize(seed=st.integers(0, 2**32))
    def start(self, seed: int) -> None:
        name = f"{seed}-{random.SystemRandom().randrange(10**9)}.yamnet"
        self.project = made(self.folder / name, events=6)
        self.states = [snapshot(self.project)]
        self.at = 0

    @rule(seed=st.integers(0, 2**32), count=st.integers(1, 6))
    def edit(self, seed: int, count: int) -> None:
        rng = random.Random(seed)
        for _ in range(count):
            self.edit_once(rng)

    def edit_once(self, rng: random.Random) -> None:
        command = random_command(self.project, rng)
        if command is None or not command.changes:
            return
        before = self.project.history.steps(1)[0].step
        self.project.apply(command)
        joined = self.project.history.steps(1)[0].step == before
        del self.states[self.at + (0 if joined else 1) :]
        self.states.append(snapshot(self.project))
        self.at = len(self.states) - 1

    @rule()
    @precondition(lambda self: self.at > 0)
    def undo(self) -> None:
        assert self.project.undo() is not None
        self.at -= 1

    @rule()
    def redo(self) -> None:
        done = self.project.redo()
        assert (done is not None) == (self.at < len(self.states) - 1)
        self.at += done is not None

    @rule()
    def restart(self) -> None:
        path = self.project.path
        self.project._connection.backups = None  # not what is tested here, and slow
        self.project.close()
        self.project = Project.open(path)

    @invariant()
    def as_it_should_be(self) -> None:
        if hasattr(self, "project"):
            assert snapshot(self.project) == self.states[self.at]
            agrees(self.project)

    def teardown(self) -> None:
        if not hasattr(self, "project"):
            return
        while self.at > 0:
            assert self.project.undo() is not None
            self.at -= 1
        assert snapshot(self.project) == self.states[0]
        while self.project.redo() is not None:
            self.at += 1
        assert self.at == len(self.states) - 1
        assert snapshot(self.project) == self.states[-1]
        agrees(self.project)
        self.project._connection.backups = None
        self.project.close()
        self.project.path.unlink()


def _run(folder: Path, examples: int, steps: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    machine = type("EditingHere", (Editing,), {"folder": folder})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.workflow
def test_undo_all_is_the_start_and_redo_all_the_end(tmp_path: Path) -> None:
    _run(tmp_path, 10, 12)


@pytest.mark.slow
def test_undo_and_redo_over_ten_thousand_sequences(tmp_path: Path) -> None:
    _run(tmp_path, 10_000, 12)


def test_a_drag_is_one_step(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        start = snapshot(project)
        first = project.events.at(project.events.rows()[:1])[0]
        for end in (1.0, 1.1, 1.2, 1.3):
            item = project.events.get(first.recording_id, first.event.id)
            assert item is not None
            project.apply(move_edge(item, 0.0, end))
        moved = project.events.get(first.recording_id, first.event.id)
        assert moved is not None
        assert moved.event.offset_s == 1.3
        assert project.undo() == f"move {first.event.label}"
        assert snapshot(project) == start
        project.redo()
        again = project.events.get(first.recording_id, first.event.id)
        assert again is not None
        assert again.event == moved.event


def test_two_gestures_and_edits_between_part_a_drag(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        a, b = project.events.at(project.events.rows()[:2])

        def move(end: float, gesture: str | None = None) -> None:
            item = project.events.get(a.recording_id, a.event.id)
            assert item is not None
            project.apply(move_edge(item, 0.0, end, merge_key=gesture))

        move(1.0, "g1")
        move(1.1, "g2")
        move(1.2)
        project.apply(set_note(b, "between"))
        move(1.3)
        project.undo()
        project.redo()
        move(1.4)  # an undo and redo lie between
        titles = []
        while (title := project.undo()) is not None:
            titles.append(title.split()[0])
        assert titles[:6] == ["move", "move", "note", "move", "move", "move"]


def test_a_group_is_one_step_and_all_or_nothing(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        start = snapshot(project)
        a, b = project.events.at(project.events.rows()[:2])
        both = group("both", [accept([a]), delete([b])])
        assert both.count == 2
        project.apply(both)
        assert project.history.undo_title == "both"
        project.undo()
        assert snapshot(project) == start
        with pytest.raises(ProjectError, match="changed since"):
            project.apply(group("stale", [delete([b]), accept([a]), accept([a])]))
        assert snapshot(project) == start
        assert project.history.redo_title == "both"
        agrees(project)


def test_a_new_edit_drops_what_was_undone_but_keeps_it_in_the_history(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        a, b = project.events.at(project.events.rows()[:2])
        project.apply(accept([a]))
        project.undo()
        project.apply(accept([b]))
        assert project.redo() is None
        actions = [
            (h.action, h.reviewer) for h in project.history.of_event(a.recording_id, a.event.id)
        ]
        assert actions == [("do", "Anna"), ("undo", "Anna")]


def test_undo_brings_back_what_rules_have_replaced_meanwhile(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        item = project.events.at(project.events.rows()[:1])[0]
        project.apply(accept([item]))
        project.undo()
        project.events.store_detections(item.recording_id, [])
        assert project.events.get(item.recording_id, item.event.id) is None
        project.redo()
        back = project.events.get(item.recording_id, item.event.id)
        assert back is not None
        assert back.event.state == "accepted"
        agrees(project)


def test_analysing_survives_undoing_a_relocation(tmp_path: Path) -> None:
    from dataclasses import replace

    from yamnet_gui.labels.project import RecordingState, relocate

    with made(tmp_path / "a.yamnet") as project:
        old = project.recordings.all()[0]
        project.apply(relocate([(old, "elsewhere/x.wav")]))
        moved = project.recordings.get(old.id)
        assert moved is not None
        project.recordings.update(replace(moved, state=RecordingState.ANALYSED))
        project.undo()
        now = project.recordings.get(old.id)
        assert now is not None
        assert (now.path, now.state) == (old.path, RecordingState.ANALYSED)


def test_splitting_keeps_the_whole_span(tmp_path: Path) -> None:
    with made(tmp_path / "a.yamnet") as project:
        item = project.events.at(project.events.rows()[:1])[0]
        project.apply(split(item, item.event.onset_s + 0.3))
        parts = [
            e for e in project.events.of(item.recording_id)
            if e.original and e.original.onset_s == item.event.onset_s
        ]  # fmt: skip
        assert [p.onset_s for p in parts] == [item.event.onset_s, item.event.onset_s + 0.3]
        assert parts[-1].offset_s == item.event.offset_s
