"""Filters and orders over the Parquet files of a dataset, asked of DuckDB.

For as long as there are no columns of a dataset (`column_file`), and for single questions: each
reads the columns of Parquet that it is about.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from yamnet_gui.labels.project import EventFilter, Sort, SortKey

from .column_queries import meets_nothing
from .reading import Dataset

_LISTED = "recording, file, onset_s, offset_s, label, channel, score_max"
_LOCAL_S = "(epoch_us(onset_utc) // 1000000 + utc_offset_min * 60)"
_KEYS = {
    SortKey.SCORE: "score_max",
    SortKey.DURATION: "CAST(offset_s - onset_s AS FLOAT)",
    SortKey.ONSET: "onset_s",
    SortKey.SOURCE: "source",
    SortKey.CHANNEL: "channel",
}
"""By what is sorted before time; states and probabilities are alike for all."""


class SqlQueries:
    """Questions to DuckDB; each raises DatasetError."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._labels: tuple[str, ...] | None = None
        self._files: tuple[str, ...] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels; read once."""
        if self._labels is None:
            rows = self._dataset.ask("SELECT DISTINCT coalesce(label, '') FROM events")
            self._labels = tuple(str(label) for (label,) in rows)
        return self._labels

    @property
    def channels(self) -> set[int | None]:
        """The channels that events are of; None for all together."""
        return {channel for (channel,) in self._dataset.ask("SELECT DISTINCT channel FROM events")}

    def count(self, wanted: EventFilter) -> int:
        """How many events meet the filter."""
        where, values = self._where(wanted)
        ((count,),) = self._dataset.ask(f"SELECT count(*) FROM events WHERE {where}", values)
        return int(count)

    def label_counts(self, wanted: EventFilter) -> dict[str, int]:
        """How many of them have each label."""
        where, values = self._where(wanted)
        rows = self._dataset.ask(
            f"SELECT label, count(*) FROM events WHERE {where} GROUP BY label", values
        )
        return {str(label): int(count) for label, count in rows}

    def recordings(self, wanted: EventFilter) -> list[str]:
        """Ids of the recordings with an event that meets the filter."""
        where, values = self._where(wanted)
        rows = self._dataset.ask(f"SELECT DISTINCT recording FROM events WHERE {where}", values)
        return [str(recording) for (recording,) in rows]

    def page(
        self, wanted: EventFilter, sort: Sort, first: int, count: int
    ) -> list[tuple[Any, ...]]:
        """`count` events from the `first` one on: `_LISTED` of each."""
        where, values = self._where(wanted)
        direction = "DESC" if sort.descending else "ASC"
        keys = self._label_keys if sort.key is SortKey.LABEL else (_KEYS.get(sort.key),)
        if keys[0] is None:
            turned = direction if sort.key is SortKey.TIME else "ASC"
            order = ", ".join(f"{key} {turned}" for key in self._time_keys)
        else:
            # as in a project, where no score is less than any
            empty = "NULLS LAST" if sort.descending else "NULLS FIRST"
            order = ", ".join((*(f"{key} {direction} {empty}" for key in keys), *self._time_keys))
            last = self._last_key(keys[0], f"{direction} {empty}", where, values, first + count)
            if last is not None:
                comparison = ">=" if sort.descending else "<="
                or_empty = "" if sort.descending else f" OR {keys[0]} IS NULL"
                where += f" AND ({keys[0]} {comparison} ?{or_empty})"
                values = [*values, last]
        return self._dataset.ask(
            f"SELECT {_LISTED} FROM events WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
            [*values, count, first],
        )

    @property
    def _label_keys(self) -> tuple[str, ...]:
        return _whatever_case("label", self.labels)

    @property
    def _time_keys(self) -> tuple[str, ...]:
        if self._files is None:
            rows = self._dataset.ask("SELECT DISTINCT file FROM recordings")
            self._files = _whatever_case("file", [str(file) for (file,) in rows])
        return (*self._files, "onset_s", "file_row_number")

    def _last_key(self, key: str, order: str, where: str, values: list[Any], count: int) -> Any:
        """The key of the last of `count` events, so that what else orders them is read only of
        those that come before it; None where there are fewer, or it is empty."""
        found = self._dataset.ask(
            f"SELECT {key} AS k FROM events WHERE {where} ORDER BY k {order} LIMIT 1 OFFSET ?",
            [*values, count - 1],
        )
        return found[0][0] if found else None

    def _where(self, wanted: EventFilter) -> tuple[str, list[Any]]:
        """The condition of a filter, and its values."""
        if meets_nothing(wanted):
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
            ("score_max >= CAST(? AS FLOAT)", wanted.min_score),
            ("score_max <= CAST(? AS FLOAT)", wanted.max_score),
            ("offset_s - onset_s >= ?", wanted.min_duration_s),
            ("offset_s - onset_s <= ?", wanted.max_duration_s),
        )
        parts += [(condition, [value]) for condition, value in bounds if value is not None]
        if wanted.searched:
            parts.append(self._holding(wanted.searched))
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
        labels = _among("label", {x for x in self.labels if text in x.casefold()})
        files = self._dataset.ask("SELECT recording, file FROM recordings")
        named = _among("recording", {str(r) for r, file in files if text in file.casefold()})
        return f"({labels[0]} OR {named[0]})", labels[1] + named[1]


def _whatever_case(column: str, texts: Sequence[str]) -> tuple[str, ...]:
    """What to sort by for the order of texts whatever their case: if possible the column itself,
    whose least and greatest values let files be left out."""
    plain = sorted(texts) == sorted(texts, key=lambda text: (text.casefold(), text))
    return (column,) if plain else (f"lower({column})", column)


def _among(column: str, values: Any) -> tuple[str, list[Any]]:
    if not values:
        return "FALSE", []
    return f"{column} IN (SELECT unnest(?))", [sorted(values)]
