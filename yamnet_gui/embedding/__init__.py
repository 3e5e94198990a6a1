"""What embeddings are good for: finding similar sounds, training custom classes, maps.

Frames of many recordings lie in an `EmbeddingStore`; everything else reads the snapshot that
`EmbeddingStore.frames()` gives. Nothing here knows recordings, models or windows.
"""

from .active import Progress, Strategy, progress, suggest
from .classifier import CLASSIFIER_SUFFIX, Classifier
from .classifier_file import read_classifier, write_classifier
from .cross_validation import ClassReport, CurvePoint, TrainingReport
from .custom_classes import (
    CustomClassesResult,
    TrainingProgress,
    run_training,
    train_custom_classes,
)
from .duplicates import Duplicate, near_duplicates
from .examples import Example, ExampleSet
from .frames import EmbeddingTrack, Frames, Segment
from .index import FrameIndex
from .pooling import pooled
from .projection import pca, project
from .projection_result import Method, Projection, ProjectionProgress
from .search import Exclusion, Match, Query, cosines, find_similar, top_rows
from .store import EmbeddingStore, store_folder
from .training import TrainingOptions

__all__ = [
    "CLASSIFIER_SUFFIX",
    "ClassReport",
    "Classifier",
    "CurvePoint",
    "CustomClassesResult",
    "Duplicate",
    "EmbeddingStore",
    "EmbeddingTrack",
    "Example",
    "ExampleSet",
    "Exclusion",
    "FrameIndex",
    "Frames",
    "Match",
    "Method",
    "Progress",
    "Projection",
    "ProjectionProgress",
    "Query",
    "Segment",
    "Strategy",
    "TrainingOptions",
    "TrainingProgress",
    "TrainingReport",
    "cosines",
    "find_similar",
    "near_duplicates",
    "pca",
    "pooled",
    "progress",
    "project",
    "read_classifier",
    "run_training",
    "store_folder",
    "suggest",
    "top_rows",
    "train_custom_classes",
    "write_classifier",
]
