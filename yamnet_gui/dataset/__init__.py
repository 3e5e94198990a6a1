"""Results of very many recordings as a folder of Parquet that other programs read as well."""

from .checking import Finding, check
from .info import DatasetInfo, is_dataset
from .layout import PARTITIONS, Frames, Partition
from .reading import Dataset
from .summary import DatasetSummary, summarize
from .units import UNIT, Contents, read_unit, write_unit
from .writing import add_units, begin_dataset

__all__ = [
    "PARTITIONS",
    "UNIT",
    "Contents",
    "Dataset",
    "DatasetInfo",
    "DatasetSummary",
    "Finding",
    "Frames",
    "Partition",
    "add_units",
    "begin_dataset",
    "check",
    "is_dataset",
    "read_unit",
    "summarize",
    "write_unit",
]
