"""Results of very many recordings as a folder of Parquet that other programs read as well."""

from .activity import dataset_activity
from .checking import Finding, check
from .events import DatasetEvent, DatasetEvents
from .index_build import build_index
from .info import DatasetInfo, is_dataset
from .layout import PARTITIONS, Frames, Partition
from .reading import Dataset, check_lists, recordings_to_mend
from .search import DatasetMatch, EmbeddingIndex
from .summary import DatasetSummary, summarize
from .units import UNIT, Contents, read_unit, write_unit
from .writing import add_units, begin_dataset

__all__ = [
    "PARTITIONS",
    "UNIT",
    "Contents",
    "Dataset",
    "DatasetEvent",
    "DatasetEvents",
    "DatasetInfo",
    "DatasetMatch",
    "DatasetSummary",
    "EmbeddingIndex",
    "Finding",
    "Frames",
    "Partition",
    "add_units",
    "begin_dataset",
    "build_index",
    "check",
    "check_lists",
    "dataset_activity",
    "is_dataset",
    "read_unit",
    "recordings_to_mend",
    "summarize",
    "write_unit",
]
