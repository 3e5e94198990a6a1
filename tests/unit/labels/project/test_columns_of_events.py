"""Events that are stored by column read back as single ones, in tables and history."""

import random
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from yamnet_gui.core.event_block import EventBlock
from yamnet_gui.core.events import Event, EventSource, Original, ReviewState
from yamnet_gui.labels.project import Project, add_events
from yamnet_gui.labels.project.codec import dumps, stored_text, stored_texts, to_fields

from .helpers import made


def _event(rng: random.Random, n: int) -> Event:
    return Event(
        id=f"i{n}€%s",
        onset_s=n / 3,
        offset_s=rng.choice([float(n), np.float64(n), n + 1]),
        label=rng.choice(["Dog", '%s"x\\', "é"]),
        class_index=rng.choice([None, 3, np.int64(4)]),
        mid=rng.choice(["", "/m/1"]),
        channel=rng.choice([None, 0, 1]),
        state=rng.choice(list(ReviewState)),
        source=rng.choice(list(EventSource)),
        score_max=rng.choice([None, 0.5, np.float32(0.25)]),
        original=rng.choice([None, Original("", 1.0, 2.0)]),
        low_hz=rng.choice([None, 0.0, -0.0, 3]),
        reviewer=rng.choice(["", "Añna"]),
        reviewed_utc=rng.choice([None, datetime(2026, 5, 1, tzinfo=UTC)]),
        note=rng.choice(["", "two\nlines"]),
    )


def test_the_texts_of_many_events_are_those_of_each() -> None:
    rng = random.Random(1)
    for plain in (True, False):
        events = [_event(rng, n) for n in range(500)]
        events = [e for e in events if not plain or type(e.offset_s) is float]
        texts = stored_texts(EventBlock(events))
        assert texts == [stored_text(e) for e in events]
        assert texts == [dumps(to_fields(e)) for e in events]
    assert stored_texts(EventBlock([])) == []


def test_events_that_were_added_together_read_back(tmp_path: Path) -> None:
    rng = random.Random(2)
    events = [_event(rng, n) for n in range(2500)]
    with made(tmp_path / "p.yamnet", 1, 0) as project:
        project.apply(add_events("r0", events))
        assert {e.id: e for e in project.events.of("r0")} == {e.id: e for e in events}
        project.undo()
        assert not project.events.of("r0")
        project.redo()
    with Project.open(tmp_path / "p.yamnet") as project:
        assert {e.id: e for e in project.events.of("r0")} == {e.id: e for e in events}
