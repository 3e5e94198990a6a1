"""What lies where in a dataset folder, and the columns of its tables.

    dataset.json     what the rows were made with: model, settings, rules, classes
    manifest.json    every file with its rows, bytes and SHA-256
    recordings/day=2026-05-01/part-….parquet
    events/…  frames/…  embeddings/…     the same below each

Names of columns are part of the format: other programs read them.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import quote

from yamnet_gui.core.text import printable

from .libraries import import_pyarrow

Table = Literal["recordings", "events", "frames", "embeddings"]
TABLES: tuple[Table, ...] = ("recordings", "events", "frames", "embeddings")
Partition = Literal["day", "folder"]
PARTITIONS: tuple[Partition, ...] = ("day", "folder")
ALL_FRAMES = "all"
Frames = float | Literal["all"] | None
"""Which scores of frames are written: those at or above a floor in [0, 1], all, or none."""
_UNKNOWN = "unknown"
"""A word: what Hive writes for an empty value (`__HIVE_DEFAULT_PARTITION__`) pandas cannot read."""
SUFFIX = ".parquet"


@dataclass(frozen=True, slots=True)
class TableSize:
    """Rows of a row group, of a whole file, and those from which a file is not joined to others."""

    group: int
    file: int

    @property
    def large(self) -> int:
        return self.file // 16


_NARROW = TableSize(131_072, 2_097_152)
_WIDE = TableSize(8_192, 131_072)


def table_size(table: Table, frames: Frames = None) -> TableSize:
    """A row of an embedding, or of all scores, takes some two thousand bytes; others a few."""
    wide = table == "embeddings" or (table == "frames" and frames == ALL_FRAMES)
    return _WIDE if wide else _NARROW


def partition_of(partition: Partition, path: Path, start: datetime | None) -> str:
    """The folder of a recording below each table: by the day of its start by its own clock, or by
    the name of the folder that it lies in."""
    if partition == "folder":
        name = printable(path.parent.name)
        return f"folder={quote(name, safe=' ') if name else _UNKNOWN}"
    return f"day={start.date().isoformat() if start is not None else _UNKNOWN}"


def partition_in(path: str) -> str:
    """The partition of a file of the manifest."""
    return PurePosixPath(path).parts[1]


def schema(table: Table, *, classes: int = 0, numbers: int = 0, frames: Frames = None) -> Any:
    """The columns of a table, a `pyarrow.Schema`. Times ending in `_s` count seconds from the start
    of the recording; `_utc` are moments; `utc_offset_min` leads from there to the recorder's own
    clock. `classes`: scores of a frame; `numbers`: those of an embedding."""
    pa = import_pyarrow()
    moment = pa.timestamp("us", tz="UTC")
    names = pa.dictionary(pa.int32(), pa.string())
    frame = [
        ("recording", names),
        ("channel", pa.int16()),
        ("frame", pa.int32()),
        ("start_s", pa.float64()),
    ]
    if table == "recordings":
        fields = [
            ("recording", pa.string()), ("file", pa.string()), ("folder", pa.string()),
            ("start_utc", moment), ("utc_offset_min", pa.int16()), ("duration_s", pa.float64()),
            ("analysed_from_s", pa.float64()), ("analysed_to_s", pa.float64()),
            ("sample_rate_hz", pa.int32()), ("channels", pa.int16()), ("events", pa.int64()),
            ("frames", pa.int64()), ("bytes", pa.int64()), ("modified_ns", pa.int64()),
        ]  # fmt: skip
    elif table == "events":
        fields = [
            ("recording", names), ("id", pa.string()), ("onset_s", pa.float64()),
            ("offset_s", pa.float64()), ("label", names), ("mid", names),
            ("class_index", pa.int16()), ("channel", pa.int16()), ("score_max", pa.float32()),
            ("score_mean", pa.float32()), ("onset_uncertainty_s", pa.float32()),
            ("offset_uncertainty_s", pa.float32()), ("onset_utc", moment),
            ("utc_offset_min", pa.int16()), ("file", names), ("source", names),
            ("rules_id", names),
        ]  # fmt: skip
    elif table == "embeddings":
        fields = [*frame, ("embedding", pa.list_(pa.float16(), numbers))]
    elif frames == ALL_FRAMES:
        fields = [*frame, ("scores", pa.list_(pa.float32(), classes))]
    else:
        fields = [*frame, ("class_index", pa.int16()), ("label", names), ("score", pa.float32())]
    return pa.schema(fields)
