"""Maps: the same as scikit-learn's, with progress, and stopped when asked to."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from yamnet_gui.embedding import Projection, pca, project


def clusters(count: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    centres = np.eye(3, 20)
    kinds = rng.integers(0, 3, count)
    rows = centres[kinds] + 0.05 * rng.standard_normal((count, 20))
    return rows.astype(np.float32), kinds


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.workflow
def test_pca_is_that_of_scikit_learn(half: bool) -> None:
    rows, _ = clusters(20_000)
    rows[5] = 0
    given = rows.astype(np.float16) if half else rows
    wide = given.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    model = PCA(2, svd_solver="full")
    wanted = model.fit_transform(
        np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 0)
    )
    made = pca(given)
    signs = np.sign((wanted * made.points).sum(axis=0))
    np.testing.assert_allclose(made.points * signs, wanted, atol=2e-4)
    assert made.explained == pytest.approx(model.explained_variance_ratio_.sum(), abs=1e-4)
    assert "no unit" in made.words


def test_pca_of_next_to_nothing_is_no_error() -> None:
    assert pca(np.zeros((0, 8), np.float32)).points.shape == (0, 2)
    np.testing.assert_allclose(pca(np.ones((1, 8), np.float32)).points, [[0, 0]], atol=1e-6)


def result_of(rows: np.ndarray, method: str) -> tuple[Projection, list[float]]:
    shares, result = [], None
    for step in project(rows, method, seed=1):  # type: ignore[arg-type]
        shares.append(step.share)
        result = step.result
    assert result is not None
    return result, shares


def apart(points: np.ndarray, kinds: np.ndarray) -> float:
    """The share of points whose nearest neighbour is of the same kind."""
    distance = ((points[:, None] - points[None]) ** 2).sum(axis=-1)
    np.fill_diagonal(distance, np.inf)
    return float((kinds[distance.argmin(axis=1)] == kinds).mean())


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("method", ["tsne", "umap"])
@pytest.mark.workflow
def test_neighbours_stay_neighbours(method: str) -> None:
    if method == "umap":
        pytest.importorskip("umap")
    rows, kinds = clusters()
    made, shares = result_of(rows, method)
    assert made.points.shape == (300, 2)
    assert made.points.dtype == np.float32
    assert apart(made.points, kinds) > 0.95
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert "have no meaning" in made.words


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_same_seed_gives_the_same_map() -> None:
    rows, _ = clusters(40)
    one, other = (result_of(rows, "tsne")[0].points for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_a_map_is_stopped_by_closing_it() -> None:
    rows, _ = clusters()
    steps = project(rows, "tsne")
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    with pytest.raises(StopIteration):
        next(steps)
