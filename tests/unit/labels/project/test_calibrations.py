import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.model_identity import remember_identity
from yamnet_gui.labels.exchange.import_plan import ImportKind
from yamnet_gui.labels.exchange.project_tables import plan_for_project, read_for_project
from yamnet_gui.labels.formats import write_labels
from yamnet_gui.labels.project import AnalysisRecord, Project, Recording, add_events
from yamnet_gui.labels.project.calibrations import (
    Calibration,
    calibrated,
    drop_calibration,
    fill_probabilities,
    reread,
    reviews_in,
    store_calibration,
    stored_calibration,
    with_probabilities,
)

MODEL, OTHER = "a" * 64, "b" * 64


def decided(count: int) -> list[Event]:
    return [
        Event(
            f"e{k}", k, k + 1, "Speech", class_index=0, score_max=0.3 + 0.6 * k / max(count, 1),
            state=ReviewState.ACCEPTED if k > count // 3 else ReviewState.REJECTED,
        )
        for k in range(count)
    ]  # fmt: skip


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "p.yamnet") as project:
        for name, model in (("one", MODEL), ("two", OTHER)):
            project.recordings.register(Recording(name, f"{name}.wav"))
            now = datetime(2026, 1, 1, tzinfo=UTC)
            project.recordings.add_analysis(AnalysisRecord(name, model, "m", "{}", "{}", now))
        yield project


def test_decisions_on_scores_of_other_weights_say_nothing(project: Project) -> None:
    project.apply(add_events("one", decided(6)))
    project.apply(add_events("two", decided(4)))
    reviews = reviews_in(project, MODEL)
    assert (len(reviews.reviews), reviews.other_model) == (6, 4)
    assert reviews.events[0] == ("one", "e0")
    assert len(reviews.scores[0]) == 6
    assert len(reviews_in(project, OTHER).reviews) == 4


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_decisions_in_a_project_are_not_enough(project: Project, count: int) -> None:
    project.apply(add_events("one", decided(count)))
    calibration = calibrated(reviews_in(project, MODEL), MODEL, classes=[0])
    assert calibration.known == {}
    assert calibration.classes[0].more_needed >= 10 - count


def test_what_is_shown_but_not_stored_counts(project: Project) -> None:
    project.recordings.register(Recording("three", "three.wav"))
    assert len(reviews_in(project, MODEL, {"three": decided(3)}).reviews) == 3


def test_one_that_was_read_before_its_weights_fits_once_they_are_known(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))  # where names of models are remembered
    project.apply(add_events("one", decided(60)))
    calibration = calibrated(reviews_in(project, MODEL), MODEL, "stand-in")
    assert not calibration.fits(OTHER)
    remember_identity(MODEL, OTHER)
    assert calibration.fits(OTHER)


def test_each_version_is_kept_with_where_it_came_from(project: Project, tmp_path: Path) -> None:
    assert stored_calibration(project) is None
    assert reread(None) is None
    project.apply(add_events("one", decided(60)))
    first = store_calibration(project, calibrated(reviews_in(project, MODEL), MODEL, "stand-in"))
    second = store_calibration(project, first)
    assert (first.version, second.version) == (1, 2)
    project.close()
    with Project.open(tmp_path / "p.yamnet") as again:
        stored = stored_calibration(again)
        assert stored == second
        assert stored is not None
        assert stored.classes == first.classes
        assert stored.fits(MODEL)
        assert not stored.fits(OTHER)
        assert not stored.fits("")
        assert stored.events[3] == ("one", "e3")
        assert stored.made_utc == first.made_utc
        assert stored_calibration(again, 1) == first
        drop_calibration(again)
        assert reread(again) is None
        assert stored_calibration(again, 2) == second
        assert store_calibration(again, second).version == 3


def test_old_versions_make_room(project: Project) -> None:
    one = Calibration({}, MODEL)
    for _ in range(22):
        store_calibration(project, one)
    assert stored_calibration(project, 2) is None
    assert stored_calibration(project, 3) is not None


@pytest.mark.parametrize("text", ["", "no json", "{}", json.dumps({"format": 99})])
def test_a_calibration_that_cannot_be_read_is_none(project: Project, text: str) -> None:
    project.settings.set_value("calibration", "7")
    project.settings.set_value("calibration-7", text)
    assert stored_calibration(project) is None


def test_stored_detections_follow_and_decisions_stay(project: Project) -> None:
    project.apply(add_events("one", decided(60)))
    detections = [
        Event("d1", 100, 101, "Speech", class_index=0, score_max=0.9),
        Event("d2", 110, 111, "Dog", class_index=69, score_max=0.9),
    ]
    project.events.store_detections("one", detections)
    project.events.store_detections("two", detections)
    stored = store_calibration(project, calibrated(reviews_in(project, MODEL), MODEL))
    assert 0 in stored.known
    before = project.history.undo_title
    assert list(fill_probabilities(project, stored)) == ["one", "two"]
    events = project.events.of("one")
    assert events.get("d1").probability == pytest.approx(stored.classes[0].probability([0.9])[0])
    assert events.get("d2").probability is None
    assert events.get("e3").probability is None  # decided on before
    assert project.events.of("two").get("d1").probability is None  # other weights
    assert project.history.undo_title == before
    list(fill_probabilities(project, None))
    assert project.events.of("one").get("d1").probability is None


def test_what_goes_out_has_the_probability_of_now_and_comes_back_unchanged(
    project: Project, tmp_path: Path
) -> None:
    project.apply(add_events("one", decided(60)))
    assert with_probabilities(
        project, project.recordings.labelled("one")
    ) == project.recordings.labelled("one")
    stored = store_calibration(project, calibrated(reviews_in(project, MODEL), MODEL))
    labels = with_probabilities(project, project.recordings.labelled("one"))
    score = labels.events.get("e9").score_max
    assert labels.events.get("e9").probability == pytest.approx(
        float(stored.classes[0].probability([score])[0])
    )
    table = tmp_path / "out.csv"
    write_labels("csv", [labels], table)
    read = read_for_project(project, table)
    plan = plan_for_project(project, read.recordings)
    assert plan.counts() == {**dict.fromkeys(ImportKind, 0), ImportKind.SAME: 60}
