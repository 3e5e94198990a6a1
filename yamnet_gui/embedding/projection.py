"""Maps: many embeddings as points in a plane."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .frames import Floats, widened

Method = Literal["pca", "tsne", "umap"]

WORDS = {
    "pca": (
        "The axes are the two directions in which the embeddings differ most."
        " They have no unit; points that lie together may still differ in all other directions."
    ),
    "tsne": (
        "The axes mean nothing. Neighbours tend to sound alike; distances between groups, their"
        " sizes and their places say nothing, and another run gives another picture."
    ),
    "umap": (
        "The axes mean nothing. Neighbours tend to sound alike; distances between groups and their"
        " sizes say little, and another run gives another picture."
    ),
}
"""What the axes of each map do not mean, for people."""


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


def pca(vectors: Floats, seed: int = 0) -> Projection:
    """The two main directions of the embeddings' directions (each row of length 1)."""
    from sklearn.decomposition import PCA

    units = widened(vectors)
    lengths = np.linalg.norm(units, axis=1, keepdims=True)
    units = np.divide(units, lengths, out=np.zeros_like(units), where=lengths > 0)
    model = PCA(2, svd_solver="covariance_eigh", random_state=seed)
    points = model.fit_transform(units)
    return Projection(
        "pca", points.astype(np.float32), WORDS["pca"], float(model.explained_variance_ratio_.sum())
    )


def project(vectors: Floats, method: Method = "pca", seed: int = 0) -> Iterator[ProjectionProgress]:
    """A map by any method; close the generator to stop. The last progress has the result."""
    if method == "pca":
        yield ProjectionProgress(1.0, "done", result=pca(vectors, seed))
        return
    raise NotImplementedError(method)
