"""A project of a day for the pictures: a recorder that listened for a minute and a half each hour.

Every recording is the demo with some of its events, more of those that belong to the hour; two
hours are missing, as where a battery was changed.
"""

import random
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from yamnet_gui.core.events import Event, RecordingInfo, ReviewState
from yamnet_gui.gui.jobs.demo import demo_recording
from yamnet_gui.labels.project import (
    Project,
    Recording,
    RecordingState,
    add_events,
    add_recordings,
)

START = datetime(2026, 5, 3, tzinfo=timezone(timedelta(hours=2)))
MISSING = (13, 14)
SHOWN = 5
"""The hour whose recording is opened."""
_HOURS = {"Cricket": (21, 5), "Insect": (20, 6), "Bird": (4, 9), "Dog": (6, 21), "Speech": (7, 22)}
"""From when to when a class is often heard."""


def make_day(folder: Path, info: RecordingInfo, events: Iterable[Event]) -> tuple[Path, Path]:
    """The project, and the recording of it that is to be shown."""
    chance = random.Random(5)
    source, known = demo_recording(), list(events)
    project = Project.create(folder / "Garden.yamnet")
    try:
        for hour in (h for h in range(24) if h not in MISSING):
            start = START + timedelta(hours=hour)
            path = folder / f"garden_{start:%Y%m%d_%H%M%S}{source.suffix}"
            shutil.copyfile(source, path)
            some = [e for e in known if hour == SHOWN or chance.random() < _share(e.label, hour)]
            recording = Recording(
                f"hour {hour}", path.name, "", path.stat().st_size, info.duration_s,
                info.sample_rate_hz, info.channels, start, RecordingState.ANALYSED,
            )  # fmt: skip
            project.apply(add_recordings([recording]))
            project.apply(add_events(recording.id, [_decided(e, chance) for e in some]))
    finally:
        project.close()
    return folder / "Garden.yamnet", folder / f"garden_{START:%Y%m%d}_{SHOWN:02}0000{source.suffix}"


def _share(label: str, hour: int) -> float:
    begin, end = _HOURS.get(label, (0, 24))
    inside = begin <= hour < end if begin < end else hour >= begin or hour < end
    return (0.8 if inside else 0.1) if label in _HOURS else 0.35


def _decided(event: Event, chance: random.Random) -> Event:
    """Some events are reviewed already."""
    number = chance.random()
    if number < 0.7:
        return event
    state = ReviewState.ACCEPTED if number < 0.95 else ReviewState.REJECTED
    return replace(event, state=state, reviewer="Anna", reviewed_utc=None)
