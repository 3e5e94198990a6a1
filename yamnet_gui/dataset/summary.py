"""What a dataset holds: recordings, hours, days, classes, gaps in time, sizes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .layout import TABLES
from .reading import Dataset

LONGEST_LISTS = 20
GAP_S = 3600.0
"""Shorter pauses of a recorder are its schedule."""
_CLOCK = "epoch_us(start_utc) / 1e6"


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nothing was recorded into a folder, between recordings with known starts."""

    folder: str
    start: datetime
    duration_s: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two recordings of one folder that claim the same time."""

    folder: str
    file: str
    other: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class DatasetSummary:
    """Counts and sizes. `classes`: events of each label, most first; `gaps` longest first.

    `days`: days with a recording; `first` and `last`: the first start and the last end.
    """

    recordings: int
    hours: float
    days: int
    first: datetime | None
    last: datetime | None
    without_start: int
    rows: dict[str, int]
    bytes: dict[str, int]
    files: dict[str, int]
    classes: tuple[tuple[str, int], ...]
    gaps: tuple[Gap, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "recordings": self.recordings,
            "hours": self.hours,
            "days": self.days,
            "first_utc": self.first.isoformat() if self.first else None,
            "last_utc": self.last.isoformat() if self.last else None,
            "recordings_without_start": self.without_start,
            "rows": self.rows,
            "bytes": self.bytes,
            "files": self.files,
            "classes": dict(self.classes),
            "gaps": [
                {"folder": g.folder, "start_utc": g.start.isoformat(), "duration_s": g.duration_s}
                for g in self.gaps
            ],
        }


def summarize(dataset: Dataset) -> DatasetSummary:
    """Reads the table of recordings and the labels of events. Raises DatasetError."""
    ((count, hours, days, first, last, unknown),) = dataset.ask(
        "SELECT count(*), coalesce(sum(analysed_to_s - analysed_from_s), 0) / 3600,"
        " count(DISTINCT (epoch_us(start_utc) + utc_offset_min * 60000000) // 86400000000),"
        f" min({_CLOCK}), max({_CLOCK} + duration_s),"
        " count(*) FILTER (start_utc IS NULL) FROM recordings"
    )
    classes = dataset.ask(
        "SELECT label, count(*) AS n FROM events GROUP BY label ORDER BY n DESC, label"
    )
    manifest = dataset.manifest
    return DatasetSummary(
        recordings=int(count),
        hours=float(hours),
        days=int(days),
        first=_moment(first),
        last=_moment(last),
        without_start=int(unknown),
        rows={table: manifest.rows(table) for table in TABLES},
        bytes={table: manifest.bytes(table) for table in TABLES},
        files={table: len(manifest.of(table)) for table in TABLES},
        classes=tuple((str(label), int(n)) for label, n in classes),
        gaps=tuple(_gaps(dataset)),
    )


def overlaps(dataset: Dataset) -> list[Overlap]:
    """Recordings that begin more than a second before the one before them in their folder ends."""
    rows = dataset.ask(
        _FOLLOWING
        + "SELECT folder, file, other, starts + duration_s - next AS twice FROM following"
        " WHERE twice > 1 ORDER BY folder, starts"
    )
    return [Overlap(folder, file, other, float(s)) for folder, file, other, s in rows]


def _gaps(dataset: Dataset) -> list[Gap]:
    rows = dataset.ask(
        _FOLLOWING + "SELECT folder, starts + duration_s, next - starts - duration_s AS pause"
        " FROM following WHERE pause >= ? ORDER BY pause DESC, folder, starts LIMIT ?",
        (GAP_S, LONGEST_LISTS),
    )
    return [Gap(f, datetime.fromtimestamp(t, UTC), float(s)) for f, t, s in rows]


_FOLLOWING = (
    f"WITH clocked AS (SELECT folder, file, {_CLOCK} AS starts, duration_s FROM recordings"
    " WHERE start_utc IS NOT NULL), following AS (SELECT *, lead(starts) OVER w AS next,"
    " lead(file) OVER w AS other FROM clocked"
    " WINDOW w AS (PARTITION BY folder ORDER BY starts, file)) "
)


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
