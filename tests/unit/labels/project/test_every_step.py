"""Whatever the user changes in a project is one step of undo with a name: every command."""

import ast
import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import pytest

import yamnet_gui
from yamnet_gui.core.events import Event, EventList, LabelledRecording, ReviewState
from yamnet_gui.core.spans import Box, TimeSpan
from yamnet_gui.labels.exchange import project_tables
from yamnet_gui.labels.exchange.import_plan import ImportPlan
from yamnet_gui.labels.project import (
    Change,
    Command,
    LabelSet,
    Merge,
    OwnLabel,
    Project,
    ProjectEvent,
    Recording,
    StoredRules,
    add_events,
    add_recordings,
    answers,
    command,
    event_commands,
    merging,
    recording_commands,
    review_commands,
    set_rules,
)
from yamnet_gui.labels.project.calibrations import (
    Calibration,
    drop_calibration,
    store_calibration,
)

MODULES: tuple[ModuleType, ...] = (
    answers, command, event_commands, merging, recording_commands, review_commands, project_tables,
)  # fmt: skip
PACKAGE = Path(yamnet_gui.__file__).parent
Step = Callable[[Project], Command]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.yamnet") as made:
        made.apply(add_recordings([Recording("r", "r.wav", duration_s=60.0)]))
        made.apply(
            add_events("r", [Event(f"e{n}", 3.0 * n, 3.0 * n + 2, "Dog", 69) for n in range(4)])
        )
        made.apply(set_rules(None, StoredRules("present", "mine", 1, "{}")))
        made.apply(review_commands.mark_reviewed("r", made.recordings.reviewed("r"), SPAN, ()))
        yield made


SPAN = TimeSpan(20.0, 30.0)
SET = LabelSet("s", "Birds", (OwnLabel("wren"),))
RULES = StoredRules("saved:x", "x", 1, "{}")


def items(project: Project) -> list[ProjectEvent]:
    return [ProjectEvent("r", event) for event in project.events.of("r")]


def recording(project: Project) -> Recording:
    return project.recordings.all()[0]


def one(project: Project) -> ProjectEvent:
    return items(project)[0]


STEPS: dict[str, Step] = {
    "accept": lambda p: event_commands.accept(items(p)),
    "reject": lambda p: event_commands.reject(items(p)),
    "uncertain": lambda p: event_commands.uncertain(items(p)),
    "unreview": lambda p: event_commands.unreview(items(p)),
    "set_state": lambda p: event_commands.set_state(items(p), ReviewState.UNCERTAIN),
    "move_edge": lambda p: event_commands.move_edge(one(p), 0.5, 2.5),
    "set_box": lambda p: event_commands.set_box(
        one(p), Box(0.5, 2.5, 100.0, 200.0), merge_key="box"
    ),
    "set_band": lambda p: event_commands.set_band(one(p), 100.0, 200.0),
    "set_note": lambda p: event_commands.set_note(one(p), "far away"),
    "relabel": lambda p: event_commands.relabel(items(p), "Cat", 76),
    "correct_labels": lambda p: event_commands.correct_labels(items(p), "Cat", 76),
    "split": lambda p: event_commands.split(one(p), 1.0),
    "merge": lambda p: event_commands.merge(items(p)),
    "draw": lambda p: event_commands.draw("r", 50.0, 51.0, "Cat"),
    "add_events": lambda p: event_commands.add_events("r", [Event("new", 40.0, 41.0, "Cat")]),
    "replace_events": lambda p: event_commands.replace_events(
        "r", [(one(p).event, one(p).event.moved(0.1, 1.0))]
    ),
    "delete": lambda p: event_commands.delete(items(p)),
    "add_recordings": lambda p: recording_commands.add_recordings([Recording("q", "q.wav")]),
    "remove_recordings": lambda p: recording_commands.remove_recordings([recording(p)]),
    "relocate": lambda p: recording_commands.relocate([(recording(p), "elsewhere/r.wav")]),
    "set_starts": lambda p: recording_commands.set_starts(
        [(recording(p), datetime(2026, 5, 3, tzinfo=UTC), "set by hand")]
    ),
    "set_label_set": lambda p: recording_commands.set_label_set(None, SET),
    "set_rules": lambda p: recording_commands.set_rules(None, RULES),
    "set_texts": lambda p: recording_commands.set_texts("a text", {"name": ("", "text")}),
    "mark_reviewed": lambda p: review_commands.mark_reviewed(
        "r", p.recordings.reviewed("r"), TimeSpan(40.0, 50.0), ()
    ),
    "mark_reviewed_segments": lambda p: review_commands.mark_reviewed_segments(
        "r", p.recordings.reviewed("r"), {"Dog": [TimeSpan(40.0, 50.0)]}
    ),
    "unmark_reviewed": lambda p: review_commands.unmark_reviewed(
        "r", p.recordings.reviewed("r"), TimeSpan(22.0, 24.0)
    ),
    "set_reviewed": lambda p: review_commands.set_reviewed("r", p.recordings.reviewed("r"), ()),
    "merge_command": lambda p: merging.merge_command(
        Merge((Change("r", None, Event("theirs", 33.0, 34.0, "Owl")),), (), True), {}
    ),
    "group": lambda p: command.group(
        "several", [event_commands.accept(items(p)), recording_commands.set_rules(None, RULES)]
    ),
    "import_command": lambda p: project_tables.import_command(p, exchange_plan(p)),
}
"""Every function of the store that makes a command, with something to make it of."""


def exchange_plan(project: Project) -> ImportPlan:
    labelled = project.recordings.labelled("r")
    new = EventList.of([Event("t", 44.0, 45.0, "Owl", state=ReviewState.ACCEPTED)])
    table = LabelledRecording(labelled.recording, new)
    return project_tables.plan_for_project(project, [table])


def snapshot(project: Project) -> object:
    settings = project.settings
    calibration = [settings.value(name) for name in ("name", "calibration", "calibration-count")]
    return (
        [
            (r, set(project.events.of(r.id)), project.recordings.reviewed(r.id))
            for r in project.recordings.all()
        ],
        settings.label_sets(),
        settings.rule_sets(),
        calibration,
    )


def check_one_step(project: Project, make: Callable[[], object]) -> None:
    before, steps = snapshot(project), project.history.steps()
    make()
    after = snapshot(project)
    assert after != before
    assert len(project.history.steps()) == len(steps) + 1
    title = project.history.undo_title
    assert title
    assert project.undo() == title
    assert snapshot(project) == before
    assert project.redo() == title
    assert snapshot(project) == after


def test_every_function_that_makes_a_command_is_tried_here() -> None:
    makers = {
        name
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and get_type_hints(function).get("return") is Command
    }
    assert makers == set(STEPS)


@pytest.mark.parametrize("name", STEPS)
def test_a_command_is_one_step_with_a_name(project: Project, name: str) -> None:
    if name == "unreview":
        project.apply(event_commands.accept(items(project)))
    check_one_step(project, lambda: project.apply(STEPS[name](project)))


def test_a_calibration_is_one_step_and_so_is_dropping_it(project: Project) -> None:
    made = Calibration({}, "a" * 64)
    check_one_step(project, lambda: store_calibration(project, made))
    check_one_step(project, lambda: store_calibration(project, made))
    check_one_step(project, lambda: drop_calibration(project))


# Where a project is written to. What is named here is either undone or no change of the user's.
WRITERS = {
    "project.py": {"apply", "turn"},
    "settings.py": {"set_value"},  # places in queues and the like; its callers are named below
    "recordings.py": {"register", "update", "add_analysis"},  # what the program found out
    "events.py": {
        "store_detections",  # what the rules that are set make of scores
        "replace_detections",  # one step of undo
        "note_rules",  # which rules detections that are stored came from
    },
}
NOT_UNDONE = {
    "gui/state/label_sets.py",  # which set is in use
    "labels/project/project_model.py",  # chosen in a dialog that shows it, and chosen again
    "labels/project/stabilities.py",  # measured, and measured again at will
    "gui/features/custom_classes/project_classes.py",  # files found in another place
    "gui/features/custom_classes/score_jobs.py",  # where detecting goes on after a stop
}


def calls(path: Path, name: str) -> set[str]:
    """Functions of a file in which a method of this name is called, the outermost of each."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for function in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
        for node in ast.walk(function):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if called and node.func.attr == name:  # type: ignore[attr-defined]
                owner = ast.unparse(node.func.value)  # type: ignore[attr-defined]
                if owner.endswith("connection" if name == "write" else "settings"):
                    found.add(function.name)
    return found


def test_nothing_else_writes_to_a_project() -> None:
    folder = PACKAGE / "labels" / "project"
    found = {path.name: calls(path, "write") for path in folder.glob("*.py")}
    assert {name: names for name, names in found.items() if names} == WRITERS


def test_every_text_that_is_stored_without_a_step_is_known() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "project.settings.set_value(" in path.read_text(encoding="utf-8")
    }
    assert found == NOT_UNDONE
