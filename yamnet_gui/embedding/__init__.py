"""What embeddings are good for: finding similar sounds, teaching classes, maps.

Frames of many recordings lie in an `EmbeddingStore`; everything else reads the snapshot that
`EmbeddingStore.frames()` gives. Nothing here knows recordings, models or windows.
"""

from .active import Progress, Strategy, progress, suggest
from .classifier import CLASSIFIER_SUFFIX, Classifier
from .duplicates import Duplicate, near_duplicates
from .examples import Example, ExampleSet
from .fitting import TeachOptions
from .frames import Frames, Stretch, Track
from .index import FrameIndex
from .intervals import share_interval
from .pooling import pooled
from .projection import Method, Projection, ProjectionProgress, pca, project
from .search import Exclusion, Match, Query, cosines, find_similar, top_rows
from .store import EmbeddingStore, store_folder
from .teach import Taught, TeachProgress, taught, teach
from .trust import ClassTrust, CurvePoint, TeachReport

__all__ = [
    "CLASSIFIER_SUFFIX",
    "ClassTrust",
    "Classifier",
    "CurvePoint",
    "Duplicate",
    "EmbeddingStore",
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
    "Strategy",
    "Stretch",
    "Taught",
    "TeachOptions",
    "TeachProgress",
    "TeachReport",
    "Track",
    "cosines",
    "find_similar",
    "near_duplicates",
    "pca",
    "pooled",
    "progress",
    "project",
    "share_interval",
    "store_folder",
    "suggest",
    "taught",
    "teach",
    "top_rows",
]
