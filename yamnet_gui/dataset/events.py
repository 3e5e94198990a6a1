"""Events of a dataset: filtered, sorted and counted without loading them.

Filters and orders mean what they mean in a project (`labels.project.filters`); nothing in a dataset
has been decided, and nothing has a note or a probability. Questions are answered from the columns
in the cache where they are there (`prepare` makes them), in hundredths of a second, and otherwise
by DuckDB, which reads the files.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

from yamnet_gui.core.clock_time import known_clock_time
from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.events import (
    Event,
    EventList,
    EventSource,
    LabelledRecording,
    RecordingInfo,
)
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.labels.project import EventFilter, QueueKind, Sort

from .column_build import build_columns, columns_path
from .column_file import NO_CHANNEL, read_columns
from .column_queries import ColumnQueries, Rows
from .reading import Dataset
from .sql_queries import SqlQueries

_FIELDS = (
    "id", "onset_s", "offset_s", "label", "class_index", "mid", "channel", "score_max",
    "score_mean", "onset_uncertainty_s", "offset_uncertainty_s", "rules_id",
)  # fmt: skip
_SELECTED = ", ".join(("source", *_FIELDS))
_BY_TIME = Sort()
_DAMAGE = (IndexError, ValueError)
"""What comes of rows and codes that are none."""
T = TypeVar("T")


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
    """Questions about the events of an open dataset; each raises DatasetError.

    `cache`: the folder of the program's caches (None: the user's). Questions come from one thread;
    `prepare` may run in another.
    """

    def __init__(self, dataset: Dataset, cache: Path | None = None) -> None:
        self._dataset = dataset
        self._cache = cache or user_cache_folder()
        self._sql = SqlQueries(dataset)
        self._columns: ColumnQueries | None = None
        self._infos: dict[str, RecordingInfo] = {}
        self._open_columns()

    @property
    def dataset(self) -> Dataset:
        return self._dataset

    @property
    def prepared(self) -> bool:
        """Whether the columns are there, so that questions are answered at once."""
        return self._columns is not None

    def prepare(self) -> Iterator[float]:
        """Makes the columns where they are not there; yields how much is done, 0 to 1.

        Takes some seconds a million events. Raises DatasetError where a file is damaged or the
        cache cannot be written; questions are then answered by DuckDB as before.
        """
        if self._columns is None:
            yield from build_columns(self._dataset, self._cache)
            self._open_columns()

    def of_columns(self, question: Callable[[ColumnQueries], T]) -> T:
        """The answer from the columns, which are made now where they are not there, and once more
        where they turn out to be damaged. Raises DatasetError."""
        for _try in range(2):
            for _share in self.prepare():
                pass
            if self._columns is not None:
                try:
                    return question(self._columns)
                except _DAMAGE:
                    self._forget_columns()
        raise DatasetError(self._dataset.folder, "has damaged columns in the cache", "try again")

    def _asked(self, question: Callable[[ColumnQueries | SqlQueries], T]) -> T:
        """The answer from the columns where they are there, else from the files."""
        if self._columns is not None:
            try:
                return question(self._columns)
            except _DAMAGE:
                self._forget_columns()
        return question(self._sql)

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, sorted."""
        return tuple(sorted(self._asked(lambda queries: queries.labels)))

    @property
    def channels(self) -> frozenset[int | None]:
        """The channels that events are of, from 0; None where they are of all together."""
        return frozenset(self._asked(lambda queries: queries.channels))

    def count(self, wanted: EventFilter) -> int:
        """How many events meet the filter."""
        return self._asked(lambda queries: queries.count(wanted))

    def label_counts(self, wanted: EventFilter) -> dict[str, int]:
        """How many events that meet the filter have each label, most first."""
        found = self._asked(lambda queries: queries.label_counts(wanted))
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def page(
        self, wanted: EventFilter, sort: Sort = _BY_TIME, first: int = 0, count: int = 200
    ) -> list[DatasetEvent]:
        """`count` events that meet the filter, from the `first` one in this order on."""

        def listed(queries: ColumnQueries | SqlQueries) -> list[DatasetEvent]:
            if isinstance(queries, ColumnQueries):
                return _listed(queries, queries.page(wanted, sort, first, count))
            return [DatasetEvent(*row) for row in queries.page(wanted, sort, first, count)]

        return self._asked(listed)

    def queue(
        self,
        kind: QueueKind,
        wanted: EventFilter,
        count: int,
        *,
        first: int = 0,
        seed: int = 0,
        threshold: float = 0.5,
    ) -> list[DatasetEvent]:
        """`count` events in an order of review, from the `first` one on: those of a project
        (`labels.project.review_order`). Makes the columns first where they are not there."""

        def listed(queries: ColumnQueries) -> list[DatasetEvent]:
            rows = queries.queue(kind, wanted, seed, threshold)
            return _listed(queries, rows[first : first + count])

        return self.of_columns(listed)

    def recordings(self, wanted: EventFilter) -> list[str]:
        """Ids of the recordings with an event that meets the filter."""
        return sorted(self._asked(lambda queries: queries.recordings(wanted)))

    def infos(self, recordings: Sequence[str]) -> dict[str, RecordingInfo]:
        """What is known of recordings, by their ids, in the order of their files."""
        new = [key for key in recordings if key not in self._infos]
        if new:
            rows = self._dataset.ask(
                "SELECT recording, file, duration_s, sample_rate_hz, channels, epoch_us(start_utc),"
                " utc_offset_min FROM recordings WHERE recording IN (SELECT unnest(?))",
                [new],
            )
            for recording, file, duration_s, rate, channels, start_us, offset_min in rows:
                start = recorded_at(start_us, offset_min)
                info = RecordingInfo(path_of(file), duration_s, rate, channels, start)
                self._infos[str(recording)] = info
        found = {key: self._infos[key] for key in recordings if key in self._infos}
        return dict(sorted(found.items(), key=lambda item: str(item[1].path)))

    def of_recordings(self, recordings: Sequence[str]) -> list[LabelledRecording]:
        """Recordings by their ids with all of their events, as projects and formats take them."""
        return [self._labelled(*item) for item in self.infos(recordings).items()]

    def _forget_columns(self) -> None:
        self._columns = None
        with suppress(OSError):
            columns_path(self._dataset, self._cache).unlink()

    def _open_columns(self) -> None:
        made = read_columns(columns_path(self._dataset, self._cache))
        self._columns = ColumnQueries(made) if made is not None else None

    def _labelled(self, recording: str, info: RecordingInfo) -> LabelledRecording:
        rows = self._dataset.ask(f"SELECT {_SELECTED} FROM events WHERE recording = ?", [recording])
        events = EventList.of(_event(row) for row in rows)
        return LabelledRecording(info, events, model_sha256=self._dataset.info.model_sha256)


def recorded_at(start_us: int | None, offset_min: int | None) -> datetime | None:
    """The start of a recording by its own clock, from microseconds since 1970 and minutes; None
    also where there is no such moment or zone."""
    try:
        zone = timezone(timedelta(minutes=offset_min or 0))
        start = datetime.fromtimestamp((start_us or 0) / 1e6, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return known_clock_time(start.astimezone(zone), 0.0) if start_us is not None else None


def _listed(queries: ColumnQueries, rows: Rows) -> list[DatasetEvent]:
    made, column = queries.columns, queries.columns.column
    recordings = [made.recordings[k] for k in queries.recording_of(rows).tolist()]
    names = ("onset", "offset", "label", "channel", "score")
    values = zip(*(column[name][rows].tolist() for name in names), strict=True)
    return [
        DatasetEvent(
            recording,
            file,
            onset_s,
            offset_s,
            made.labels[label],
            None if channel == NO_CHANNEL else channel,
            None if score < 0 else score,
        )
        for (recording, file), (onset_s, offset_s, label, channel, score) in zip(
            recordings, values, strict=True
        )
    ]


def _event(row: Sequence[Any]) -> Event:
    source, *values = row
    fields = dict(zip(_FIELDS, values, strict=True))
    fields["mid"] = fields["mid"] or ""
    fields["rules_id"] = fields["rules_id"] or ""
    return Event(source=EventSource(source), **fields)
