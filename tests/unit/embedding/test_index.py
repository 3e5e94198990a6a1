"""The index gives most of what the exact search gives, in the same order."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("usearch")

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.embedding import EmbeddingTrack, FrameIndex, Frames, Query, top_rows


@pytest.fixture(scope="module")
def frames() -> Frames:
    rng = np.random.default_rng(0)
    centres = rng.random((40, 32))
    rows = centres[rng.integers(0, 40, 4000)] + 0.1 * rng.random((4000, 32))
    return Frames.of(EmbeddingTrack("a", "a.wav", 3000.0), rows.astype(np.float32))


def test_recall_is_high_and_the_order_exact(frames: Frames, tmp_path: Path) -> None:
    index = FrameIndex.build(frames)
    queries = [Query.of([frames.vectors[k]]) for k in range(0, 4000, 400)]
    assert index.recall(queries, 20) > 0.95
    rows, cosines = index.top_rows(queries[0], 20)
    assert rows[0] == top_rows(frames, queries[0], 1)[0][0]
    assert (np.diff(cosines) <= 0).all()
    index.save(tmp_path / "index")
    again = FrameIndex.load(tmp_path / "index", frames)
    np.testing.assert_array_equal(again.top_rows(queries[0], 20)[0], rows)
    few = Frames.of(EmbeddingTrack("b", "b.wav", 9.0), frames.vectors[:10])
    with pytest.raises(SettingsError, match="other frames"):
        FrameIndex.load(tmp_path / "index", few)
    (tmp_path / "bad").write_bytes(b"nothing of the kind")
    with pytest.raises(SettingsError, match="no index"):
        FrameIndex.load(tmp_path / "bad", frames)
