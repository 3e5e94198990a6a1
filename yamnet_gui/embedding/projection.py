"""Maps: many embeddings as points in a plane."""

from collections.abc import Generator, Iterator

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.threads import BLAS_THREADS

from .frames import Floats, scales_of, widened
from .projection_result import WORDS, Method, Projection, ProjectionProgress
from .umap_map import umap_map


def pca(vectors: NDArray[np.float16] | Floats) -> Projection:
    """The two main directions of the embeddings' directions (each row taken with length 1).

    The directions are those of the covariance of all rows, or, of more than 20,000, of so many
    spread evenly. Memory does not grow with the number of rows.
    """
    covariance, mean = _covariance(vectors)
    values, axes = _main_axes(covariance, 2)
    points = _along(vectors, axes, mean)
    total = float(np.trace(covariance))
    explained = float(values.sum()) / total if total > 0 else 1.0
    return Projection("pca", points.astype(np.float32), WORDS["pca"], explained)


def project(
    vectors: NDArray[np.float16] | Floats, method: Method = "pca", seed: int = 0
) -> Iterator[ProjectionProgress]:
    """A map by any method; close the generator to stop. The last progress has the result.

    Raises SettingsError where the library of a method is not installed.
    """
    if method == "pca" or len(vectors) < _FEWEST:
        return iter([ProjectionProgress(1.0, "done", result=pca(vectors))])
    if method == "tsne":
        return _tsne(vectors, seed)
    return umap_map(main_components(vectors), WORDS["umap"], seed)


def main_components(vectors: NDArray[np.float16] | Floats, count: int = 50) -> Floats:
    """The first `count` principal components of the rows' directions, float32 (n, count): what
    t-SNE and UMAP look for neighbours in."""
    covariance, mean = _covariance(vectors)
    _, axes = _main_axes(covariance, min(count, len(covariance)))
    return _along(vectors, axes, mean)


def _along(vectors: NDArray[np.float16] | Floats, axes: Floats, mean: Floats) -> Floats:
    """Where the rows' directions, less their mean, lie along the axes; float32 (n, axes)."""
    parts = [np.zeros((0, axes.shape[1]), np.float32)]
    for first in range(0, len(vectors), _BLOCK_ROWS):
        block = widened(vectors[first : first + _BLOCK_ROWS])
        parts.append((block @ axes) * scales_of(block)[:, np.newaxis] - mean @ axes)
    return np.concatenate(parts)


def _tsne(
    vectors: NDArray[np.float16] | Floats, seed: int
) -> Generator[ProjectionProgress, None, None]:
    """t-SNE (van der Maaten and Hinton, 2008) by openTSNE, begun from PCA (Kobak and Berens, 2019):
    first with exaggeration, then without."""
    yield ProjectionProgress(0.0, "principal components")
    inner = main_components(vectors)
    yield ProjectionProgress(0.02, "finding neighbours")
    import openTSNE

    perplexity = min(30.0, (len(inner) - 1) / 3)
    affinities = openTSNE.affinity.PerplexityBasedNN(
        inner, perplexity=perplexity, random_state=seed, n_jobs=-1
    )
    start = inner[:, :2] / max(float(inner[:, 0].std()), 1e-12) * 1e-4
    embedding = openTSNE.TSNEEmbedding(
        start.astype(np.float64), affinities, random_state=seed, n_jobs=-1
    )
    rate = max(200.0, len(inner) / _EXAGGERATION)
    done = 0
    for steps, exaggeration, momentum in ((250, _EXAGGERATION, 0.5), (500, 1.0, 0.8)):
        for _ in range(0, steps, _STEPS):
            share = 0.1 + 0.9 * done / 750
            points = np.array(embedding, np.float32)
            yield ProjectionProgress(share, "arranging the points", points)
            embedding.optimize(
                _STEPS,
                exaggeration=exaggeration,
                momentum=momentum,
                learning_rate=rate,
                inplace=True,
            )
            done += _STEPS
    points = np.array(embedding, np.float32)
    yield ProjectionProgress(1.0, "done", result=Projection("tsne", points, WORDS["tsne"]))


_FEWEST = 5
_STEPS = 10
_EXAGGERATION = 12.0
_BLOCK_ROWS = 8192
_SAMPLE = 20_000


def _covariance(
    vectors: NDArray[np.float16] | Floats,
) -> tuple[NDArray[np.float64], Floats]:
    """Covariance (numbers, numbers) and mean (numbers,) of the rows' directions, from no more than
    `_SAMPLE` of them."""
    rows = len(vectors)
    if rows > _SAMPLE:
        vectors = vectors[np.linspace(0, rows - 1, _SAMPLE).round().astype(np.int64)]
    numbers = vectors.shape[1]
    products, total = np.zeros((numbers, numbers)), np.zeros(numbers)
    for first in range(0, len(vectors), _BLOCK_ROWS):
        block = np.array(widened(vectors[first : first + _BLOCK_ROWS]), np.float32)
        block *= scales_of(block)[:, np.newaxis]
        products += block.T @ block
        total += block.sum(axis=0, dtype=np.float64)
    count = max(1, len(vectors))
    mean = total / count
    return products / count - np.outer(mean, mean), mean.astype(np.float32)


def _main_axes(covariance: NDArray[np.float64], count: int) -> tuple[NDArray[np.float64], Floats]:
    """Variances and directions (numbers, count) of the main components, with a fixed sign."""
    from scipy.linalg import eigh

    last = len(covariance) - 1
    with BLAS_THREADS.one():
        values, axes = eigh(covariance, subset_by_index=[last - count + 1, last])
    values, axes = values[::-1], axes[:, ::-1]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(count)])
    return np.maximum(values, 0), (axes * np.where(signs == 0, 1, signs)).astype(np.float32)
