"""Label formats: one file each behind one small interface. See `FORMATS` for all of them."""

from .base import ImportResult, Keeps, LabelFormat, ReadOptions, WriteOptions
from .exchange import (
    WriteStep,
    convert,
    detect_format,
    label_format,
    losses,
    output_files,
    read_labels,
    write_labels,
    write_sidecar,
    writing,
)
from .loss import kept
from .raven import label_columns
from .scores import write_score_table
from .sidecar import read_sidecar, sidecar_path
from .table import FORMATS

__all__ = [
    "FORMATS",
    "ImportResult",
    "Keeps",
    "LabelFormat",
    "ReadOptions",
    "WriteOptions",
    "WriteStep",
    "convert",
    "detect_format",
    "kept",
    "label_columns",
    "label_format",
    "losses",
    "output_files",
    "read_labels",
    "read_sidecar",
    "sidecar_path",
    "write_labels",
    "write_score_table",
    "write_sidecar",
    "writing",
]
