"""Events of a dataset: filtered, sorted and counted without loading them.

Filters and orders mean what they mean in a project (`labels.project.filters`); nothing in a dataset
has been decided, and nothing has a note or a probability.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from yamnet_gui.core.events import (
    Event,
    EventList,
    EventSource,
    LabelledRecording,
    RecordingInfo,
    ReviewState,
)
from yamnet_gui.labels.project import EventFilter, Sort, SortKey

from .reading import Dataset

_FIELDS = (
    "id", "onset_s", "offset_s", "label", "class_index", "mid", "channel", "score_max",
    "score_mean", "onset_uncertainty_s", "offset_uncertainty_s", "rules_id",
)  # fmt: skip
_SELECTED = ", ".join(("source", *_FIELDS))
_LISTED = "recording, file, onset_s, offset_s, label, channel, score_max"
_LOCAL_S = "(epoch_us(onset_utc) // 1000000 + utc_offset_min * 60)"
_TIME = "file, onset_s"
_KEYS = {
    SortKey.LABEL: "label",
    SortKey.SCORE: "score_max",
    SortKey.DURATION: "CAST(offset_s - onset_s AS FLOAT)",
    SortKey.ONSET: "onset_s",
    SortKey.SOURCE: "source",
    SortKey.CHANNEL: "channel",
}
"""By what is sorted before time; states and probabilities are alike for all."""
_BY_TIME = Sort()
_PLACE = "file_row_number"


@dataclass(frozen=True, slots=True)
class DatasetEvent:
    """What is listed of an event, with the id and file of its recording: what else is stored of
    millions, ids above all, takes longer to read than all of this."""

    recording: str
    file: str
    onset_s: float
    offset_s: float
    label: str
    channel: int | None
    score_max: float | None


class DatasetEvents:
    """Questions about the events of an open dataset; each raises DatasetError."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._labels: tuple[str, ...] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, sorted; read once."""
        if self._labels is None:
            rows = self._dataset.ask("SELECT DISTINCT label FROM events ORDER BY label")
            self._labels = tuple(str(label) for (label,) in rows)
        return self._labels

    def count(self, wanted: EventFilter) -> int:
        """How many events meet the filter."""
        where, values = self._where(wanted)
        ((count,),) = self._dataset.ask(f"SELECT count(*) FROM events WHERE {where}", values)
        return int(count)

    def page(
        self, wanted: EventFilter, sort: Sort = _BY_TIME, first: int = 0, count: int = 200
    ) -> list[DatasetEvent]:
        """`count` events that meet the filter, from the `first` one in this order on."""
        where, values = self._where(wanted)
        direction = "DESC" if sort.descending else "ASC"
        key = _KEYS.get(sort.key)
        order = f"file {direction}, onset_s {direction}"
        if key is not None:
            order = f"{key} {direction} NULLS LAST, {_TIME}"
            last = self._last_key(key, direction, where, values, first + count)
            if last is not None:
                where += f" AND {key} {'>=' if sort.descending else '<='} ?"
                values = [*values, last]
        rows = self._dataset.ask(
            f"SELECT {_LISTED} FROM events WHERE {where} ORDER BY {order}, {_PLACE}"
            " LIMIT ? OFFSET ?",
            [*values, count, first],
        )
        return [DatasetEvent(*row) for row in rows]

    def _last_key(self, key: str, direction: str, where: str, values: list[Any], count: int) -> Any:
        """The key of the last of `count` events, so that what else orders them is read only of
        those that come before it; None where there are fewer, or it is empty."""
        found = self._dataset.ask(
            f"SELECT {key} AS k FROM events WHERE {where} ORDER BY k {direction} NULLS LAST"
            " LIMIT 1 OFFSET ?",
            [*values, count - 1],
        )
        return found[0][0] if found else None

    def recordings(self, wanted: EventFilter) -> list[str]:
        """Ids of the recordings with an event that meets the filter."""
        where, values = self._where(wanted)
        rows = self._dataset.ask(f"SELECT DISTINCT recording FROM events WHERE {where}", values)
        return sorted(str(recording) for (recording,) in rows)

    def of_recordings(self, recordings: Sequence[str]) -> list[LabelledRecording]:
        """Recordings by their ids with all of their events, as projects and formats take them."""
        rows = self._dataset.ask(
            "SELECT recording, file, duration_s, sample_rate_hz, channels, epoch_us(start_utc),"
            " utc_offset_min FROM recordings WHERE recording IN (SELECT unnest(?))"
            " ORDER BY file",
            [list(recordings)],
        )
        return [self._labelled(*row) for row in rows]

    def _labelled(
        self,
        recording: str,
        file: str,
        duration_s: float,
        rate: int,
        channels: int,
        start_us: int | None,
        offset_min: int | None,
    ) -> LabelledRecording:
        start = None
        if start_us is not None:
            zone = timezone(timedelta(minutes=offset_min or 0))
            start = datetime.fromtimestamp(start_us / 1e6, UTC).astimezone(zone)
        info = RecordingInfo(Path(file), duration_s, rate, channels, start)
        rows = self._dataset.ask(f"SELECT {_SELECTED} FROM events WHERE recording = ?", [recording])
        events = EventList.of(_event(row) for row in rows)
        return LabelledRecording(info, events, model_sha256=self._dataset.info.model_sha256)

    def _where(self, wanted: EventFilter) -> tuple[str, list[Any]]:
        """The condition of a filter, and its values."""
        if (
            (wanted.states is not None and ReviewState.UNREVIEWED not in wanted.states)
            or wanted.min_probability is not None
            or wanted.with_note
        ):
            return "FALSE", []
        parts: list[tuple[str, list[Any]]] = []
        if wanted.labels is not None:
            parts.append(_among("label", wanted.labels))
        if wanted.sources is not None:
            parts.append(_among("source", {source.value for source in wanted.sources}))
        if wanted.recording_ids is not None:
            parts.append(_among("recording", wanted.recording_ids))
        if wanted.channels is not None:
            numbers = _among("channel", {c for c in wanted.channels if c is not None})
            mix = " OR channel IS NULL" if None in wanted.channels else ""
            parts.append((f"({numbers[0]}{mix})", numbers[1]))
        bounds = (
            ("score_max >= ?", wanted.min_score),
            ("score_max <= ?", wanted.max_score),
            ("offset_s - onset_s >= ?", wanted.min_duration_s),
            ("offset_s - onset_s <= ?", wanted.max_duration_s),
        )
        parts += [(condition, [value]) for condition, value in bounds if value is not None]
        if wanted.text:
            parts.append(self._holding(wanted.text))
        if wanted.day is not None:
            first = int(datetime(*wanted.day.timetuple()[:3], tzinfo=UTC).timestamp())
            parts.append((f"{_LOCAL_S} BETWEEN ? AND ?", [first, first + 86_399]))
        if wanted.time_of_day is not None:
            of_day, hours = f"{_LOCAL_S} % 86400", wanted.time_of_day
            joined = "AND" if hours.from_s < hours.to_s else "OR"
            condition = f"({of_day} >= ? {joined} {of_day} < ?)"
            parts.append((condition, [hours.from_s, hours.to_s]))
        conditions = [condition for condition, _ in parts]
        return " AND ".join(conditions) or "TRUE", [v for _, values in parts for v in values]

    def _holding(self, text: str) -> tuple[str, list[Any]]:
        """Events whose label, or whose recording's path, holds a text, whatever the case.

        Both are looked through once for each label and recording, not for each event.
        """
        folded = text.casefold()
        labels = _among("label", {x for x in self.labels if folded in x.casefold()})
        files = self._dataset.ask("SELECT recording, file FROM recordings")
        named = _among("recording", {str(r) for r, file in files if folded in file.casefold()})
        return f"({labels[0]} OR {named[0]})", labels[1] + named[1]


def _among(column: str, values: Any) -> tuple[str, list[Any]]:
    if not values:
        return "FALSE", []
    return f"{column} IN (SELECT unnest(?))", [sorted(values)]


def _event(row: Sequence[Any]) -> Event:
    source, *values = row
    fields = dict(zip(_FIELDS, values, strict=True))
    fields["mid"] = fields["mid"] or ""
    fields["rules_id"] = fields["rules_id"] or ""
    return Event(source=EventSource(source), **fields)
