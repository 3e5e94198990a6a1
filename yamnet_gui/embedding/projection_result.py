"""What every method of projection yields: points in a plane, progress, and what the axes mean."""

from dataclasses import dataclass
from typing import Literal

from .frames import Floats

Method = Literal["pca", "tsne", "umap"]

WORDS = {
    "pca": (
        "The axes are the two directions in which the embeddings differ most."
        " They have no unit; points that lie together may still differ in all other directions."
    ),
    "tsne": (
        "The axes have no meaning. Neighbours tend to sound alike; distances between groups, their"
        " sizes and their positions have no meaning, and another run gives another map."
    ),
    "umap": (
        "The axes have no meaning. Neighbours tend to sound alike; distances between groups and"
        " their sizes mean little, and another run gives another map."
    ),
}
"""What the axes of each map do not mean, shown with the map."""


@dataclass(frozen=True)
class Projection:
    """Points float32 (n, 2) in the order of the embeddings. `explained` is the share of the
    variance that both axes of PCA show, None for the others."""

    method: Method
    points: Floats
    words: str
    explained: float | None = None


@dataclass(frozen=True)
class ProjectionProgress:
    """`share` of the work that is done; `points` as they are by now (t-SNE); at last `result`."""

    share: float
    text: str
    points: Floats | None = None
    result: Projection | None = None
