from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.labels.exchange.activity import (
    ActivityBy,
    ActivityGrid,
    activity_rows,
    project_activity,
)
from yamnet_gui.labels.project import Project, Recording, add_events, add_recordings

CEST = timezone(timedelta(hours=2))
FOUR = datetime(2026, 5, 1, 4, 30, tzinfo=CEST)
Made = tuple[str, datetime | None, float, tuple[Event, ...]]


def dog(
    key: str, onset_s: float, state: str = "unreviewed", p: float | None = 0.5, label: str = "Dog"
) -> Event:
    index = 69 if label == "Dog" else 67
    return Event(key, onset_s, onset_s + 1, label, index, state=ReviewState(state), probability=p)


def counted(folder: Path, *recordings: Made) -> ActivityGrid:
    with Project.create(folder / "p.yamnet") as project:
        for name, start, duration_s, events in recordings:
            one = Recording(name, f"{name}.wav", name, 0, duration_s, 16000, 1, start)
            project.apply(add_recordings([one]))
            project.apply(add_events(name, events))
        return project_activity(project)


def night(*more: Made) -> list[Made]:
    """From half past four for an hour with three dogs, and a quarter of an hour two days later."""
    dogs = dog("1", 10), dog("2", 1900), dog("3", 2000, "rejected")
    return [("a", FOUR, 3600, dogs), ("b", FOUR + timedelta(days=2), 900, ()), *more]


def test_hours_without_a_recording_are_gaps_and_not_zeros(tmp_path: Path) -> None:
    found = counted(tmp_path, *night()).table(ActivityBy.HOUR)
    assert [s.name for s in found.slots] == [f"{k:02}" for k in range(24)]
    assert found.raw["Dog"][3:7] == (None, 1, 1, None)
    assert found.calibrated["Dog"][3:7] == (None, 0.5, 0.5, None)
    assert [s.recorded_s for s in found.slots[3:7]] == [0, 1800 + 900, 1800, 0]
    assert found.slots[4].zones == ("+02:00",)
    assert found.slots[3].zones == ()


def test_days_between_are_gaps_and_recorded_ones_without_events_zeros(tmp_path: Path) -> None:
    found = counted(tmp_path, *night()).table(ActivityBy.DAY)
    assert [s.name for s in found.slots] == ["2026-05-01", "2026-05-02", "2026-05-03"]
    assert found.raw["Dog"] == (2, None, 0)


def test_by_recording_every_one_counts(tmp_path: Path) -> None:
    grid = counted(tmp_path, *night(("c", None, 60, (dog("1", 1),))))
    found = grid.table(ActivityBy.RECORDING)
    assert [Path(s.name).name for s in found.slots] == ["a.wav", "b.wav", "c.wav"]
    assert found.raw["Dog"] == (2, 0, 1)
    assert grid.without_clock == 1
    assert grid.table(ActivityBy.DAY).raw["Dog"] == (2, None, 0)


def test_the_hours_of_every_day_of_one_class(tmp_path: Path) -> None:
    animal = dog("4", 20, label="Animal")
    grid = counted(tmp_path, *night(("c", FOUR, 60, (animal,))))
    found = grid.of("Dog").by_day_and_hour()
    counts = {
        slot.name: count
        for slot, count in zip(found.slots, found.raw["Dog"], strict=True)
        if count is not None
    }
    assert counts == {"2026-05-01 04": 1, "2026-05-01 05": 1, "2026-05-03 04": 0}
    assert len(found.slots) == 72
    assert list(found.raw) == ["Dog"]
    assert grid.of("Cow").table(ActivityBy.DAY).raw["Cow"] == (0, None, 0)


def test_decisions_count_before_probabilities_and_unknown_ones_leave_no_sum(
    tmp_path: Path,
) -> None:
    sure = dog("1", 1, "accepted", None), dog("2", 5, "rejected", 0.9)
    unknown = dog("1", 1, "accepted"), dog("2", 5, p=None)
    later = FOUR + timedelta(days=1)
    unsure = (dog("1", 1, "uncertain", 0.25),)
    found = counted(
        tmp_path,
        ("a", FOUR, 60, sure),
        ("b", later, 60, unknown),
        ("c", later + timedelta(days=1), 60, unsure),
    ).table(ActivityBy.DAY)
    assert found.calibrated["Dog"] == (1.0, None, 0.25)
    assert found.raw["Dog"] == (1, 2, 1)


def test_the_hour_that_comes_twice_in_autumn_is_one_hour_of_the_day(tmp_path: Path) -> None:
    """A stored start has a fixed distance from UTC, so its clock goes on without the change."""
    start = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    second = (start.astimezone(UTC) + timedelta(hours=1)).astimezone(ZoneInfo("Europe/Berlin"))
    found = counted(
        tmp_path, ("a", start, 1800, (dog("1", 0),)), ("b", second, 1800, (dog("1", 0),))
    ).table(ActivityBy.HOUR)
    assert found.raw["Dog"][2] == 2
    assert found.slots[2].zones == ("+01:00", "+02:00")
    assert found.slots[2].recorded_s == pytest.approx(3600)


def test_events_beyond_the_ends_of_a_recording_count_by_their_clock(tmp_path: Path) -> None:
    events = dog("1", -600), dog("2", 30), dog("3", 3600)
    found = counted(tmp_path, ("a", FOUR.replace(minute=5), 60, events)).table(ActivityBy.HOUR)
    assert found.raw["Dog"][2:6] == (None, 1, 1, 1)
    assert found.slots[3].recorded_s == 0


def test_rows_are_those_of_the_labels_that_were_named(tmp_path: Path) -> None:
    grid = counted(tmp_path, *night(("c", FOUR, 60, (dog("4", 20, label="Animal"),))))
    rows = list(activity_rows(grid, [ActivityBy.DAY], ["dog"]))
    assert [(r.slot, r.label, r.raw) for r in rows] == [
        ("2026-05-01", "Dog", 2),
        ("2026-05-02", "Dog", None),
        ("2026-05-03", "Dog", 0),
    ]
    with pytest.raises(SettingsError, match="Cow"):
        list(activity_rows(grid, [ActivityBy.DAY], ["Cow"]))


def test_a_project_without_recordings_has_no_days(tmp_path: Path) -> None:
    grid = counted(tmp_path)
    assert grid.days == ()
    assert grid.labels == ()
    assert grid.table(ActivityBy.DAY).slots == ()
    assert [slot.recorded_s for slot in grid.table(ActivityBy.HOUR).slots] == [0.0] * 24
