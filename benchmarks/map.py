"""How smooth the map is: PCA of many embeddings, and frames while panning and zooming.

Points are made up: groups of directions with noise, as embeddings are. Frames are painted
offscreen at the size of a large window.

    python benchmarks/map.py [--points 100000] [--size 1500x1000] [--quick] [--json OUT]
"""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from announce import announce

FRAMES = 240
QUICK_FRAMES = 60
GROUPS = 40
NUMBERS = 1024


def embeddings(points: int) -> np.ndarray:
    """float16 (points, 1024), not negative, in groups."""
    rng = np.random.default_rng(1)
    middles = rng.gamma(0.4, 1.0, (GROUPS, NUMBERS)).astype(np.float32)
    vectors = np.empty((points, NUMBERS), np.float16)
    for first in range(0, points, 10_000):
        last = min(first + 10_000, points)
        group = rng.integers(0, GROUPS, last - first)
        noise = rng.gamma(0.4, 0.6, (last - first, NUMBERS)).astype(np.float32)
        vectors[first:last] = middles[group] + noise
    return vectors


def pca_seconds(vectors: np.ndarray) -> tuple[float, np.ndarray]:
    """Time of the layout, and its points."""
    from yamnet_gui.embedding import pca

    pca(vectors[:2000])  # imports and first use are not the layout
    began = time.perf_counter()
    points = pca(vectors).points
    return time.perf_counter() - began, points


def frame_times(
    xy: np.ndarray, size: tuple[int, int], frames: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of each frame of a walk: pan and zoom in turn, far out and close.

    By the clock, and of this thread's own work alone, which other programs do not lengthen.
    """
    from PySide6.QtWidgets import QApplication

    from yamnet_gui.gui.features.embedding_map.colors import by_kind
    from yamnet_gui.gui.features.embedding_map.plot import MapPlot
    from yamnet_gui.gui.theme import class_color

    application = QApplication.instance() or QApplication([])
    plot = MapPlot()
    plot.resize(*size)
    plot.set_points(xy)
    codes = np.random.default_rng(2).integers(0, 12, len(xy)).astype(np.int32)
    plot.set_colors(
        by_kind(codes, [str(i) for i in range(12)], [class_color(i) for i in range(12)]).colors
    )
    plot.show()
    application.processEvents()
    spent, own = [], []
    for frame in range(frames):
        began, began_own = time.perf_counter(), time.thread_time()
        if frame % 3 == 2:
            far_out = (frame // 30) % 2
            plot.zoom(1 / 1.25 if far_out else 1.25)
        else:
            plot.pan(9 if frame % 2 else -14, 6 if (frame // 7) % 2 else -5)
        plot.repaint()
        spent.append(1000 * (time.perf_counter() - began))
        own.append(1000 * (time.thread_time() - began_own))
    plot.close()
    return spent, own


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--size", default="1500x1000")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    announce(40, 20, quick=given.quick)
    width, height = (int(part) for part in given.size.split("x"))
    seconds, xy = pca_seconds(embeddings(given.points))
    spent, own = frame_times(xy, (width, height), QUICK_FRAMES if given.quick else FRAMES)
    result = {
        "points": given.points,
        "size": given.size,
        "pca_s": round(seconds, 3),
        "frame_ms_median": round(float(np.median(spent)), 2),
        "frame_ms_p95": round(float(np.percentile(spent, 95)), 2),
        "frame_ms_worst": round(max(spent), 2),
        "frame_cpu_ms_median": round(float(np.median(own)), 2),
        "frame_cpu_ms_p95": round(float(np.percentile(own, 95)), 2),
    }
    for key, value in result.items():
        print(f"{key:>20}  {value}")
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
