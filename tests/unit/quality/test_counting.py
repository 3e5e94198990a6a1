import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.detection import DEFAULT_RULE, Rule, RuleSet
from yamnet_gui.detection.counting import estimate, over_time
from yamnet_gui.labels.project import EventFilter, Project, accept, reject
from yamnet_gui.labels.project.count_samples import (
    SAMPLE_NOTE,
    CountSample,
    CountScope,
    drop_sample,
    reviews_of_sample,
    sample_rows,
    stored_sample,
)
from yamnet_gui.quality.counting import Unit, draw, draw_more, units_of
from yamnet_gui.quality.references import StoredScores

from .reviewed import CLASS_MAP, MODEL, reviewed_project

RULES = RuleSet(default=Rule(on=0.55, off=0.2, merge_gap_s=0.0).over(DEFAULT_RULE))
DOGS = CountScope(("Dog",))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[tuple[Project, StoredScores]]:
    project, scores = reviewed_project(tmp_path)
    for recording in project.recordings.all():
        start = datetime(2026, 5, 1, 4, 59, tzinfo=UTC)
        project.recordings.update(replace(recording, recorded_at=start))
    yield project, scores
    project.close()


def units(project: tuple[Project, StoredScores], scope: CountScope = DOGS) -> tuple[Unit, ...]:
    *_, last = units_of(*project, RULES, CLASS_MAP, scope)
    assert last.units is not None
    return last.units


def sampled(project: tuple[Project, StoredScores], reviews: int = 20) -> CountSample:
    return draw(project[0], units(project), DOGS, reviews, 3, RULES.rules_id, MODEL)


def decide(project: Project, sample: CountSample, true: set[str]) -> None:
    """Accepts these units, rejects the other undecided ones."""
    for one in sample.drawn:
        item = project.events.get(one.recording_id, one.event_id)
        assert item is not None
        step = accept if one.event_id in true else reject
        project.apply(step([item], "anna"))


def test_units_cover_all_that_was_recorded_once(project: tuple[Project, StoredScores]) -> None:
    for recording_id in ("one.wav", "two.wav"):
        spans = sorted(
            (u.event.onset_s, u.event.offset_s)
            for u in units(project)
            if u.recording_id == recording_id
        )
        assert spans[0][0] == 0
        assert spans[-1][1] == 120
        assert all(b[0] == pytest.approx(a[1]) for a, b in pairwise(spans))


def test_weak_candidates_and_segments_are_units_below_the_threshold(
    project: tuple[Project, StoredScores],
) -> None:
    strong = [u for u in units(project) if u.detected]
    assert [round(u.score, 2) for u in strong] == [0.9, 0.6, 0.8]
    weak = [u for u in units(project) if not u.detected and u.score > 0.1]
    assert [round(u.score, 2) for u in weak] == [0.5, 0.35]
    rest = [u for u in units(project) if u.score < 0.1]
    assert max(u.event.duration_s for u in rest) <= 5
    assert len({u.event.id for u in units(project) if u.recording_id == "one.wav"}) == len(
        [u for u in units(project) if u.recording_id == "one.wav"]
    )


def test_decisions_and_reviewed_segments_are_known(project: tuple[Project, StoredScores]) -> None:
    known = {
        (u.recording_id, round(u.event.onset_s)): u.known for u in units(project) if u.score > 0.1
    }
    assert known["one.wav", 10] is True
    assert known["one.wav", 30] is False  # rejected
    assert known["one.wav", 70] is False  # in a reviewed segment, and not marked
    assert known["one.wav", 111] is None
    assert known["two.wav", 20] is True


def test_cells_are_hours_of_the_clock(project: tuple[Project, StoredScores]) -> None:
    cells = {u.cell for u in units(project)}
    assert cells == {
        (name, f"2026-05-01T0{hour}:00:00+00:00")
        for name in ("one.wav", "two.wav")
        for hour in (4, 5)
    }


def test_a_span_of_days_takes_only_what_lies_in_it(project: tuple[Project, StoredScores]) -> None:
    scope = replace(DOGS, since=datetime(2026, 5, 1, 5, tzinfo=UTC))
    assert min(u.event.onset_s for u in units(project, scope)) >= 60
    scope = replace(DOGS, until=datetime(2026, 5, 1, 4, tzinfo=UTC))
    assert units(project, scope) == ()


def test_a_recording_without_scores_is_named(project: tuple[Project, StoredScores]) -> None:
    *_, last = units_of(project[0], StoredScores(None, MODEL), RULES, CLASS_MAP, DOGS)
    assert [x.name for x in last.skipped] == ["one.wav", "two.wav"]
    with pytest.raises(SettingsError, match="nothing to draw from"):
        draw(project[0], last.units or (), DOGS, 10, 0, "", "")


def test_the_sample_waits_in_the_queue_and_gives_an_estimate_when_reviewed(
    project: tuple[Project, StoredScores],
) -> None:
    sample = sampled(project)
    assert stored_sample(project[0], DOGS) is not None
    rows = sample_rows(project[0], EventFilter())
    assert len(rows) == len(sample.drawn) == 20
    assert reviews_of_sample(project[0], sample).counts.lacking > 0
    true = {d.event_id for d in sample.drawn if d.stratum == 0}
    decide(project[0], sample, true)
    assert len(sample_rows(project[0], EventFilter())) == 0
    counts = reviews_of_sample(project[0], sample).counts
    assert counts.lacking == 0
    assert counts.known.sum() == 2  # the dogs that were accepted before
    result = estimate(counts)
    assert result.events.low >= 2 + len(true)
    assert over_time(counts).hours.high <= 2


def test_reviewed_events_of_a_sample_outlast_other_rules(
    project: tuple[Project, StoredScores],
) -> None:
    sample = sampled(project)
    for recording in project[0].recordings.all():
        project[0].events.store_detections(recording.id, [])
    assert len(sample_rows(project[0], EventFilter())) == len(sample.drawn)


def test_drawing_more_goes_on_in_the_same_order(project: tuple[Project, StoredScores]) -> None:
    first = sampled(project)
    decide(project[0], first, set())
    second = draw_more(project[0], first, units(project), 8)
    assert second.drawn[: len(first.drawn)] == first.drawn
    assert len(second.drawn) == len(first.drawn) + 8
    assert len({d.unit for d in second.drawn}) == len(second.drawn)
    again = stored_sample(project[0], DOGS)
    assert again is not None
    assert again.drawn == second.drawn
    assert np.array_equal(again.sizes, second.sizes)


def test_more_cannot_be_drawn_under_other_rules(project: tuple[Project, StoredScores]) -> None:
    sample = sampled(project)
    *_, last = units_of(*project, RuleSet.threshold(0.3), CLASS_MAP, DOGS)
    with pytest.raises(SettingsError, match="draw a new sample"):
        draw_more(project[0], sample, last.units or (), 5)


def test_discarding_takes_out_what_nobody_decided(project: tuple[Project, StoredScores]) -> None:
    before = {e.id for r in project[0].recordings.all() for e in project[0].events.of(r.id)}
    sample = sampled(project)
    one = sample.drawn[0]
    item = project[0].events.get(one.recording_id, one.event_id)
    assert item is not None
    project[0].apply(accept([item]))
    drop_sample(project[0], sample)
    events: list[Event] = [
        e
        for r in project[0].recordings.all()
        for e in project[0].events.of(r.id)
        if e.id not in before
    ]
    assert stored_sample(project[0], DOGS) is None
    assert [e.id for e in events if e.note == SAMPLE_NOTE] == [one.event_id]
    assert all(e.state is ReviewState.ACCEPTED or not e.note for e in events)


def test_undoing_a_draw_takes_the_sample_back(project: tuple[Project, StoredScores]) -> None:
    before = [list(project[0].events.of(r.id)) for r in project[0].recordings.all()]
    sampled(project)
    assert project[0].undo() == "draw 20 events to count"
    assert stored_sample(project[0], DOGS) is None
    assert [list(project[0].events.of(r.id)) for r in project[0].recordings.all()] == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("drawn", "twice"),
        ("sizes", []),
        ("sizes", [[0, 0, -1]]),
        ("sizes", [[0, 0, 1e300]]),
        ("cells", [["one.wav", "noon"]]),
        ("known", [[-1]]),
        ("known", 3),
        ("seed", -1),
        ("segment_s", 0),
        ("strata", [[0, None, True]] * 65),
        ("scope", {"labels": 3}),
        ("made_utc", "never"),
        ("format", 2),
    ],
)
def test_a_sample_with_wrong_values_is_as_none(
    project: tuple[Project, StoredScores], name: str, value: object
) -> None:
    values = sampled(project).to_json()
    assert stored_sample(project[0], DOGS) is not None
    values[name] = [*values["drawn"], values["drawn"][0]] if value == "twice" else value
    project[0].settings.set_value(f"count-sample-{DOGS.key}", json.dumps(values))
    assert stored_sample(project[0], DOGS) is None


def test_a_damaged_sample_is_as_none(project: tuple[Project, StoredScores]) -> None:
    sampled(project)
    project[0].settings.set_value(f"count-sample-{DOGS.key}", '{"format": 1, "strata": [[1]]}')
    assert stored_sample(project[0], DOGS) is None
    project[0].settings.set_value("count-samples", "[")
    assert stored_sample(project[0], DOGS) is None
