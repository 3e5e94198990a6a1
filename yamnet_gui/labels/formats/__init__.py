"""Label formats: one file each behind one small interface. See `FORMATS` for all of them."""

from .base import Capability, ImportResult, LabelFormat, ReadOptions, WriteOptions
from .format_limits import round_trip
from .raven_columns import label_columns
from .read_write import (
    WriteStep,
    detect_format,
    label_format,
    losses,
    output_files,
    planned_files,
    read_labels,
    write_labels,
    writing,
)
from .registry import FORMATS, readable_suffixes
from .scores import write_score_table
from .sidecar import read_sidecar, sidecar_path

__all__ = [
    "FORMATS",
    "Capability",
    "ImportResult",
    "LabelFormat",
    "ReadOptions",
    "WriteOptions",
    "WriteStep",
    "detect_format",
    "label_columns",
    "label_format",
    "losses",
    "output_files",
    "planned_files",
    "read_labels",
    "read_sidecar",
    "readable_suffixes",
    "round_trip",
    "sidecar_path",
    "write_labels",
    "write_score_table",
    "writing",
]
