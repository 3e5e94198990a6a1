"""Rows that a foreign hand changed give one sentence, or are left out: never a traceback."""

import contextlib
import shutil
import sqlite3
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.project import (
    Project,
    QueueKind,
    Sort,
    SortKey,
    accept,
    compare,
    mark_reviewed,
    merge_command,
    relabel,
    set_note,
)
from yamnet_gui.labels.project.analysis_settings import StoredSettings
from yamnet_gui.labels.project.calibrations import (
    calibrated,
    fill_probabilities,
    reviews_in,
    store_calibration,
    stored_calibration,
    with_probabilities,
)
from yamnet_gui.labels.project.filters import EventFilter
from yamnet_gui.labels.project.stabilities import least_stable, stored_stabilities

from .helpers import detections
from .mutations import mutate, mutations, whole_project

Step = Callable[[Project], object]


def _each(work: Callable[[Project, str], object]) -> Step:
    return lambda project: [work(project, r.id) for r in project.recordings.all()]


def _first(project: Project) -> list:
    return project.events.at(project.events.rows()[:3])


def _merged(project: Project, whole: Path) -> None:
    with Project.open(whole, read_only=True) as other:
        compare(other, project)
        merge = compare(project, other)
        project.apply(merge_command(merge, {}))


def _steps(whole: Path, folder: Path) -> dict[str, Step]:
    """What the window and the commands do with a project; reading first."""
    return {
        "recordings": lambda p: [p.recordings.locate(r) for r in p.recordings.all()],
        "missing": lambda p: p.recordings.missing(),
        "reviewed": _each(lambda p, r: p.recordings.reviewed(r)),
        "analyses": _each(lambda p, r: [StoredSettings.of(a) for a in p.recordings.analyses(r)]),
        "analyses alone": _each(lambda p, r: p.recordings.analyses(r)),
        "labelled": _each(lambda p, r: with_probabilities(p, p.recordings.labelled(r))),
        "events": _each(lambda p, r: p.events.of(r)),
        "deleted": _each(lambda p, r: p.events.deleted(r)),
        "get": _each(lambda p, r: [p.events.get(r, e.id) for e in p.events.of(r)]),
        "at": lambda p: p.events.at(p.events.rows()),
        "text": lambda p: p.events.rows(EventFilter(text="fai", with_note=True)),
        "counts": lambda p: (p.events.class_counts(), p.events.recording_counts()),
        "sorts": lambda p: [p.events.rows(sort=Sort(k, d)) for k in SortKey for d in (0, 1)],
        "queues": lambda p: [p.events.queue(k) for k in QueueKind],
        "next": lambda p: p.events.next_unreviewed(None),
        "history": lambda p: (p.history.steps(), p.history.undo_title, p.history.redo_title),
        "of event": _each(lambda p, r: [p.history.of_event(r, e.id) for e in p.events.of(r)]),
        "settings": lambda p: (p.settings.label_sets(), p.settings.rule_sets()),
        "reviewers": lambda p: [name.casefold() for name in p.settings.reviewers()],
        "calibration": stored_calibration,
        "reviews": lambda p: reviews_in(p, "a" * 64),
        "stability": _each(lambda p, r: stored_stabilities(p, r)),
        "least stable": lambda p: least_stable(p, EventFilter()),
        "save as": lambda p: p.save_as(folder / "saved.yamnet"),
        "merge": lambda p: _merged(p, whole),
        "detections": lambda p: p.events.store_detections("r0", detections(9)),
        "accept": lambda p: p.apply(accept(_first(p), "Anna")),
        "note": lambda p: p.apply(set_note(_first(p)[0], "x")) if _first(p) else None,
        "relabel": lambda p: p.apply(relabel(_first(p), "Owl", None, reviewer="Anna")),
        "mark": _each(
            lambda p, r: p.apply(
                mark_reviewed(r, p.recordings.reviewed(r), TimeSpan(1, 40), ("Dog",), "A")
            )
        ),
        "calibrate": lambda p: store_calibration(p, calibrated(reviews_in(p, "a" * 64), "a" * 64)),
        "fill": lambda p: list(fill_probabilities(p, stored_calibration(p))),
        "undo": lambda p: [p.undo() for _ in range(8)],
        "redo": lambda p: [p.redo() for _ in range(8)],
        "check": lambda p: p.check(),
    }


def tracebacks(whole: Path, folder: Path, chosen: slice) -> Counter:
    """Places in the program where something else than a sentence came out, with an example."""
    places: Counter = Counter()
    path = folder / "mutated.yamnet"
    for mutation in list(mutations())[chosen]:
        mutate(whole, path, mutation)
        try:
            project = Project.open(path)
        except UserError:
            continue
        except Exception as error:  # noqa: BLE001 - the traceback that is looked for
            places[_place("open", error, mutation.name)] += 1
            continue
        project._connection.backups = None
        with project:
            for name, step in _steps(whole, folder).items():
                try:
                    step(project)
                except UserError:
                    pass
                except Exception as error:  # noqa: BLE001 - see above
                    places[_place(name, error, mutation.name)] += 1
    return places


def _place(step: str, error: Exception, mutation: str) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    inner = [f for f in frames if "yamnet_gui/" in f.filename and "/tests/" not in f.filename]
    where = f"{Path(inner[-1].filename).name}:{inner[-1].lineno}" if inner else "tests"
    return f"{where} {type(error).__name__} in {step} ({mutation})"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "whole.yamnet"
    whole_project(path)
    return path


@pytest.mark.workflow
def test_no_mutated_row_gives_a_traceback(whole: Path, tmp_path: Path) -> None:
    assert not tracebacks(whole, tmp_path, slice(0, None, 79))


@pytest.mark.workflow
def test_no_mutated_row_of_a_large_project_gives_a_traceback(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose rows are not looked through when it is opened."""
    monkeypatch.setattr("yamnet_gui.labels.project.open_checks._CHECK_BYTES", -1)
    assert not tracebacks(whole, tmp_path, slice(7, None, 149))


def test_wrong_values_are_mended_or_counted_and_the_rest_is_shown(
    whole: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.yamnet"
    shutil.copyfile(whole, path)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE events SET note = x'00ff' WHERE row IN (1, 2)")
        database.execute("UPDATE events SET onset_s = 'soon' WHERE row = 3")
        database.execute("UPDATE recordings SET recorded_at = 7, state = x'00' WHERE id = 'r1'")
    before = path.read_bytes()
    with Project.open(whole, read_only=True) as project:
        count, recordings = len(project.events.rows()), len(project.recordings.all())
    with Project.open(path) as project:
        assert project.read_only
        assert "3 in 'events'" in project.damage
        assert "1 in 'recordings'" in project.damage
        assert "events: about 1 lost" in project.damage
        assert len(project.events.rows()) == count - 1, "what a row can do without costs no row"
        assert len(project.recordings.all()) == recordings
        project.save_as(tmp_path / "b.yamnet")
    assert path.read_bytes() == before
    with Project.open(tmp_path / "b.yamnet") as project:
        assert not project.damage
        assert len(project.events.rows()) == count - 1


@pytest.mark.slow
def test_no_mutated_row_of_any_kind_gives_a_traceback(whole: Path, tmp_path: Path) -> None:
    assert not tracebacks(whole, tmp_path, slice(None))
