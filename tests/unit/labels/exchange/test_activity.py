from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from yamnet_gui.core.events import (
    Event,
    EventList,
    LabelledRecording,
    RecordingInfo,
    ReviewState,
)
from yamnet_gui.labels.exchange.activity import ActivityBy, activity, slot_of

CEST = timezone(timedelta(hours=2))


def recording(
    name: str, start: datetime | None, duration_s: float, *events: Event
) -> LabelledRecording:
    info = RecordingInfo(Path("/rec") / name, duration_s, 16000, 1, start)
    return LabelledRecording(info, EventList.of(events))


def dog(key: str, onset_s: float, state: str = "unreviewed", p: float | None = 0.5) -> Event:
    return Event(key, onset_s, onset_s + 1, "Dog", state=ReviewState(state), probability=p)


def night() -> list[LabelledRecording]:
    """From half past four for an hour with three dogs, and a quarter of an hour two days later."""
    start = datetime(2026, 5, 1, 4, 30, tzinfo=CEST)
    return [
        recording("a.wav", start, 3600, dog("1", 10), dog("2", 1900), dog("3", 2000, "rejected")),
        recording("b.wav", start + timedelta(days=2), 900),
    ]


def test_hours_without_a_recording_are_gaps_and_not_zeros() -> None:
    found = activity(night(), ActivityBy.HOUR)
    assert [s.name for s in found.slots] == [f"{k:02}" for k in range(24)]
    assert found.raw["Dog"][3:7] == (None, 1, 1, None)
    assert found.calibrated["Dog"][3:7] == (None, 0.5, 0.5, None)
    assert [s.recorded_s for s in found.slots[3:7]] == [0, 1800 + 900, 1800, 0]
    assert found.slots[4].zones == ("+02:00",)
    assert found.slots[3].zones == ()


def test_days_between_are_gaps_and_recorded_ones_without_events_zeros() -> None:
    found = activity(night(), ActivityBy.DAY)
    assert [s.name for s in found.slots] == ["2026-05-01", "2026-05-02", "2026-05-03"]
    assert found.raw["Dog"] == (2, None, 0)


def test_by_recording_every_one_counts() -> None:
    found = activity([*night(), recording("c.wav", None, 60, dog("1", 1))], ActivityBy.RECORDING)
    assert found.raw["Dog"] == (2, 0, 1)
    assert found.without_clock == 0
    assert activity([recording("c.wav", None, 60)], ActivityBy.DAY).without_clock == 1


def test_decisions_count_before_probabilities_and_unknown_ones_leave_no_sum() -> None:
    start = datetime(2026, 5, 1, 4, tzinfo=CEST)
    sure = recording(
        "a.wav", start, 60, dog("1", 1, "accepted", None), dog("2", 5, "rejected", 0.9)
    )
    assert activity([sure], ActivityBy.DAY).calibrated["Dog"] == (1.0,)
    unknown = recording("a.wav", start, 60, dog("1", 1, "accepted"), dog("2", 5, p=None))
    assert activity([unknown], ActivityBy.DAY).calibrated["Dog"] == (None,)
    assert activity([unknown], ActivityBy.DAY).raw["Dog"] == (2,)
    skipped = {(Path("/rec/a.wav"), "2")}
    assert activity([unknown], ActivityBy.DAY, skipped).raw["Dog"] == (1,)


def test_the_hour_that_comes_twice_in_autumn_is_one_hour_with_both_zones() -> None:
    start = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    found = activity(
        [recording("a.wav", start, 3600, dog("1", 0), dog("2", 3000))], ActivityBy.HOUR
    )
    assert found.raw["Dog"][2] == 2
    assert found.slots[2].zones == ("+01:00", "+02:00")
    assert found.slots[2].recorded_s == pytest.approx(3600)


def test_cells_of_samples_have_the_same_slots() -> None:
    hour = "2026-05-01T04:00:00+02:00"
    assert slot_of(ActivityBy.HOUR, Path("/a"), hour) == "04"
    assert slot_of(ActivityBy.DAY, Path("/a"), hour) == "2026-05-01"
    assert slot_of(ActivityBy.RECORDING, Path("/a"), "+3") == "/a"
    assert slot_of(ActivityBy.DAY, Path("/a"), "+3") is None
