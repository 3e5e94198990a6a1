"""New start times of recordings."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
import soundfile

from yamnet_gui.audio import zone_named
from yamnet_gui.gui.features.dataset.start_time_shift import StartChange, StartRequest, new_starts
from yamnet_gui.gui.features.dataset.start_times import SetStartsJob
from yamnet_gui.labels.project import SET_BY_HAND, Project, Recording, add_recordings

NOON = datetime(2024, 6, 1, 12, tzinfo=timezone(timedelta(hours=2)))


def recording(name: str, start: datetime | None) -> Recording:
    return Recording(name, f"{name}.wav", recorded_at=start, start_source="file name")


def moments(request: StartRequest, *starts: datetime | None) -> list[datetime | None]:
    recordings = [recording(str(n), start) for n, start in enumerate(starts)]
    return [moment for moment, _ in new_starts(recordings, [], request)]


def test_a_shift_moves_what_is_known() -> None:
    request = StartRequest(StartChange.SHIFT, offset_s=-3600.5)
    later = NOON + timedelta(hours=5)
    assert moments(request, NOON, None, later) == [
        NOON - timedelta(seconds=3600.5),
        None,
        later - timedelta(seconds=3600.5),
    ]


def test_setting_the_earliest_keeps_the_distances() -> None:
    request = StartRequest(StartChange.SET, moment=datetime(2025, 1, 1, tzinfo=UTC))
    assert moments(request, NOON + timedelta(hours=1), NOON, None) == [
        datetime(2025, 1, 1, 1, tzinfo=UTC),
        datetime(2025, 1, 1, tzinfo=UTC),
        None,
    ]


def test_setting_gives_a_start_where_none_is_known() -> None:
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    request = StartRequest(StartChange.SET, moment=moment)
    assert new_starts([recording("a", None)], [], request) == [(moment, SET_BY_HAND)]


def test_another_zone_keeps_the_time_that_the_clock_showed() -> None:
    zone = zone_named("America/Lima")
    (after,) = moments(StartRequest(StartChange.ZONE, zone=zone), NOON)
    assert after == NOON.replace(tzinfo=zone)


def test_starts_are_changed_in_one_step_that_can_be_undone(tmp_path: Path) -> None:
    path = tmp_path / "20240131_235958.wav"
    soundfile.write(path, np.zeros(100), 8000)
    with Project.create(tmp_path / "a.yamnet") as project:
        stated = Recording("a", project.recordings.stored_path(path))
        other = recording("b", NOON)
        project.apply(add_recordings([stated, other]))
        request = StartRequest(StartChange.SHIFT, offset_s=60.0)
        assert list(SetStartsJob(project, (stated, other), request).run()) == [1]
        assert _start(project, "b") == (NOON + timedelta(minutes=1), SET_BY_HAND)
        project.undo()
        assert _start(project, "b") == (NOON, "file name")
        files = StartRequest(StartChange.FILES, zone=UTC)
        assert list(SetStartsJob(project, (stated,), files).run()) == [1]
    with Project.open(tmp_path / "a.yamnet") as project:
        expected = datetime(2024, 1, 31, 23, 59, 58, tzinfo=UTC), "file name"
        assert _start(project, "a") == expected


def _start(project: Project, key: str) -> tuple[datetime | None, str]:
    stored = project.recordings.get(key)
    assert stored is not None
    return stored.recorded_at, stored.start_source


@pytest.mark.parametrize("seconds", [0.0, 7200.0])
def test_a_shift_across_the_change_to_summer_time_is_true(seconds: float) -> None:
    berlin = zone_named("Europe/Berlin")
    before = datetime(2024, 3, 31, 1, 30, tzinfo=berlin)
    (after,) = moments(StartRequest(StartChange.SHIFT, offset_s=seconds), before)
    assert after is not None
    assert after.timestamp() - before.timestamp() == seconds
