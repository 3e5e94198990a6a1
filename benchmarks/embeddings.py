"""What embeddings are good for, measured: python benchmarks/embeddings.py CLIPS_DIR [--json OUT]

CLIPS_DIR holds sound files and a table `clips.csv` with the columns `file` and `category`. Prints,
and writes as JSON:

knn_accuracy            share of clips whose nearest other clip has the same category
taught_accuracy         two clips of each category teach it, the others are named; mean of draws
sklearn_accuracy        the same draws, scikit-learn's LogisticRegression on mean embeddings
sklearn_knn_accuracy    as knn_accuracy, scikit-learn's nearest neighbour on mean embeddings
*_other_sources         the same where clips cut from one original (by their names, as in ESC-50)
                        never meet: the other figures may know a recording already
taught_augmented_accuracy   taught_accuracy with changed copies of the two clips

and, with frames made from those of the clips: the time of an exact search, whether it equals brute
force, what half precision keeps of the best 100, recall of the index, teaching, PCA.
"""

import argparse
import csv
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from announce import announce

from yamnet_gui.analysis import (
    Augmentation,
    WeightsModel,
    analyse_recording,
    embedded_copies,
    finished,
    samples_of,
    silence_embedding,
)
from yamnet_gui.core.errors import UserError
from yamnet_gui.embedding import (
    EmbeddingStore,
    EmbeddingTrack,
    Example,
    ExampleSet,
    FrameIndex,
    Frames,
    Query,
    TrainingOptions,
    find_similar,
    pca,
    pooled,
    run_training,
    top_rows,
)
from yamnet_gui.embedding.custom_classes import train_custom_classes

SHOTS = 2
QUERIES = 20
TOP = 100
_ESC = re.compile(r"\d-(\d+)-[A-Z]-\d+$")


@dataclass(frozen=True)
class Clips:
    """The clips: files, categories, sources, frames of each, and the embedding of silence."""

    paths: list[Path]
    categories: np.ndarray
    sources: np.ndarray
    frames: list[np.ndarray]
    silence: np.ndarray

    @property
    def means(self) -> np.ndarray:
        return np.stack([f.mean(axis=0) for f in self.frames])

    @property
    def pooled(self) -> np.ndarray:
        return np.stack([pooled(f, self.silence) for f in self.frames])


def read_clips(folder: Path, model: WeightsModel) -> Clips:
    with (folder / "clips.csv").open(newline="", encoding="utf-8") as file:
        rows = sorted((r["file"], r["category"]) for r in csv.DictReader(file))
    paths = [folder / name for name, _ in rows]
    frames = []
    for path in paths:
        analysis = finished(analyse_recording(path, model))
        frames.append(np.array(analysis.embeddings(analysis.tables[0].channel)))
    sources = [m[1] if (m := _ESC.match(p.stem)) else p.stem for p in paths]
    categories = np.array([c for _, c in rows])
    return Clips(paths, categories, np.array(sources), frames, silence_embedding(model))


def neighbour_accuracy(clips: Clips, near: np.ndarray, other_sources: bool) -> float:
    """Leave-one-out: `near` (clips, clips) is higher the nearer."""
    near = near.astype(np.float64)
    same = clips.sources[:, None] == clips.sources[None]
    near[same if other_sources else np.eye(len(near), dtype=bool)] = -np.inf
    return float((clips.categories[near.argmax(axis=1)] == clips.categories).mean())


def sklearn_neighbours(clips: Clips, other_sources: bool) -> float:
    """scikit-learn's plain nearest neighbour (Euclidean) on mean embeddings."""
    from sklearn.neighbors import KNeighborsClassifier

    right = []
    for k, vector in enumerate(clips.means):
        rest = np.arange(len(clips.means)) != k
        if other_sources:
            rest &= clips.sources != clips.sources[k]
        model = KNeighborsClassifier(1).fit(clips.means[rest], clips.categories[rest])
        right.append(model.predict(vector[None])[0] == clips.categories[k])
    return float(np.mean(right))


def draws(clips: Clips, count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Places of two clips of each category, and of all others."""
    for seed in range(count):
        rng = np.random.default_rng(seed)
        chosen = [
            place
            for category in np.unique(clips.categories)
            for place in rng.permutation(np.flatnonzero(clips.categories == category))[:SHOTS]
        ]
        yield np.array(chosen), np.setdiff1d(np.arange(len(clips.paths)), chosen)


def shots(clips: Clips, count: int, copies: list[list[np.ndarray]] | None) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression

    options = TrainingOptions(output="softmax", learning_curve=False, folds=1)
    correct: dict[str, list[np.ndarray]] = {"taught": [], "sklearn": [], "fresh": []}
    if copies is not None:
        correct["augmented"] = []
    for learning, testing in draws(clips, count):
        correct["fresh"].append(~np.isin(clips.sources[testing], clips.sources[learning]))
        model = LogisticRegression(max_iter=1000).fit(
            clips.means[learning], clips.categories[learning]
        )
        correct["sklearn"].append(model.predict(clips.means[testing]) == clips.categories[testing])
        for name in ("taught", "augmented")[: 1 if copies is None else 2]:
            examples = []
            for k in learning:
                label, group = str(clips.categories[k]), str(clips.sources[k])
                examples.append(Example(clips.frames[k], label, group))
                if name == "augmented":
                    assert copies is not None
                    examples += [Example(c, label, group, augmented=True) for c in copies[k]]
            made = run_training(
                train_custom_classes(ExampleSet.of(examples, silence=clips.silence), options)
            )
            names = np.array(made.classifier.labels)
            guessed = names[made.classifier.scores(clips.pooled[testing]).argmax(axis=1)]
            correct[name].append(guessed == clips.categories[testing])
    other_sources = np.concatenate(correct.pop("fresh"))
    result = {}
    for name, right in correct.items():
        every = np.concatenate(right)
        key = "taught_augmented" if name == "augmented" else name
        result[f"{key}_accuracy"] = float(every.mean())
        result[f"{key}_accuracy_other_sources"] = float(every[other_sources].mean())
    return result


def copies_of(clips: Clips, model: WeightsModel) -> list[list[np.ndarray]]:
    sounds = [samples_of(path) for path in clips.paths]
    network = model.network()
    return [
        list(embedded_copies(sound, network, Augmentation(), sounds[:k] + sounds[k + 1 :], k))
        for k, sound in enumerate(sounds)
    ]


def made_frames(real: np.ndarray, count: int, block: int = 4000) -> Iterator[np.ndarray]:
    """Frames like real ones: two mixed, each number louder or quieter."""
    rng = np.random.default_rng(1)
    for first in range(0, count, block):
        size = min(block, count - first)
        one, other = rng.integers(0, len(real), (2, size))
        share = rng.random((size, 1), np.float32)
        mixed = real[one] * share + real[other] * (1 - share)
        yield (mixed * rng.lognormal(0, 0.25, mixed.shape)).astype(np.float32)


def search(clips: Clips, folder: Path, count: int) -> dict[str, Any]:
    real = np.concatenate(clips.frames)
    rng = np.random.default_rng(2)
    starts = rng.integers(0, len(real) - 3, QUERIES)
    away = rng.integers(0, len(real), QUERIES)
    queries = [
        Query.of([real[a : a + 3]], [real[b]] if k % 2 else [])
        for k, (a, b) in enumerate(zip(starts, away, strict=True))
    ]
    wanted = np.stack([q.direction for q in queries]).astype(np.float64)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    single = np.empty((QUERIES, count))
    with EmbeddingStore(folder, "benchmark") as store:
        row = 0
        for k, block in enumerate(made_frames(real, count)):
            store.append(EmbeddingTrack(f"r{k}", f"r{k}.wav", 0.48 * len(block) + 0.5), 0, block)
            wide = block.astype(np.float64)
            single[:, row : row + len(block)] = (
                wanted @ wide.T / np.maximum(np.linalg.norm(wide, axis=1), 1e-300)
            )
            row += len(block)
        frames = store.frames()
        find_similar(frames, queries[0], TOP)  # compiles, and reads the file once
        times, equal, overlap = [], True, []
        brute = brute_force(frames, wanted)
        for k, query in enumerate(queries):
            begin = time.perf_counter()
            find_similar(frames, query, TOP)
            times.append(time.perf_counter() - begin)
            rows, cosines = top_rows(frames, query, TOP)
            best = np.argsort(-brute[k], kind="stable")[:TOP]
            equal &= bool(np.allclose(cosines, brute[k][best], rtol=0, atol=1e-12))
            equal &= bool(np.allclose(brute[k][rows], brute[k][best], rtol=0, atol=1e-12))
            in_single = np.argpartition(-single[k], TOP)[:TOP]
            overlap.append(len(set(rows.tolist()) & set(in_single.tolist())) / TOP)
        return {
            "search_frames": count,
            "search_ms_median": 1000 * float(np.median(times)),
            "search_ms_worst": 1000 * max(times),
            "search_equals_brute_force": equal,
            "half_overlap": float(np.mean(overlap)),
            "half_overlap_worst": min(overlap),
            **maps(frames),
            **index(frames, queries),
        }


def brute_force(frames: Frames, wanted: np.ndarray) -> np.ndarray:
    """Cosines of every stored frame in double precision by NumPy alone, (queries, frames)."""
    cosines = np.empty((len(wanted), len(frames)))
    for first in range(0, len(frames), 20_000):
        block = np.asarray(frames.vectors[first : first + 20_000], np.float64)
        lengths = np.maximum(np.linalg.norm(block, axis=1), 1e-300)
        cosines[:, first : first + 20_000] = wanted @ block.T / lengths
    return cosines


def maps(frames: Frames, points: int = 100_000) -> dict[str, Any]:
    vectors = np.array(frames.vectors[:points])
    pca(vectors[:5000])  # compiles
    begin = time.perf_counter()
    made = pca(vectors)
    return {
        "pca_points": len(vectors),
        "pca_s": time.perf_counter() - begin,
        "pca_explained": made.explained,
    }


def index(frames: Frames, queries: list[Query], count: int = 50_000) -> dict[str, Any]:
    vectors = np.array(frames.vectors[:count], np.float32)
    part = Frames.of(EmbeddingTrack("part", "part.wav", 0.48 * len(vectors) + 0.5), vectors)
    begin = time.perf_counter()
    try:
        made = FrameIndex.build(part)
    except UserError:
        return {}
    built = time.perf_counter() - begin
    begin = time.perf_counter()
    for query in queries:
        made.top_rows(query, TOP)
    return {
        "index_frames": len(vectors),
        "index_build_s": built,
        "index_ms": 1000 * (time.perf_counter() - begin) / len(queries),
        "index_recall": made.recall(queries, TOP),
    }


def teaching(clips: Clips) -> dict[str, Any]:
    """Seconds for 100 examples: half of one category (copied where it has too few), half others."""
    frames = [clips.frames[k % len(clips.frames)] for k in range(100)]
    figures = {}
    for method in ("logistic", "network"):
        examples = [
            Example(f, "class" if k % 2 else None, f"{k % 25}") for k, f in enumerate(frames)
        ]
        begin = time.perf_counter()
        options = TrainingOptions(method=method)  # type: ignore[arg-type]
        one = run_training(train_custom_classes(ExampleSet.of(examples), options))
        figures[f"teach_{method}_s"] = time.perf_counter() - begin
        again = run_training(train_custom_classes(ExampleSet.of(examples), options))
        figures[f"teach_{method}_same"] = one.classifier.sha256 == again.classifier.sha256
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", type=Path, metavar="CLIPS_DIR")
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--draws", type=int, default=10, help="of two clips a category (10)")
    parser.add_argument("--frames", type=int, default=1_000_000, help="to search in (0: none)")
    parser.add_argument("--no-augmentation", action="store_true")
    parser.add_argument(
        "--quick", action="store_true", help="2 draws, 50,000 frames, no augmentation"
    )
    options = parser.parse_args()
    announce(430, 60, quick=options.quick)
    if options.quick:
        options.draws, options.frames, options.no_augmentation = 2, 50_000, True
    try:
        model = WeightsModel(options.weights)
        clips = read_clips(options.clips, model)
        copies = None if options.no_augmentation else copies_of(clips, model)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    near = clips.pooled @ clips.pooled.T
    results: dict[str, Any] = {
        "clips": len(clips.paths),
        "categories": len(set(clips.categories)),
        "sources": len(set(clips.sources)),
        "knn_accuracy": neighbour_accuracy(clips, near, False),
        "knn_accuracy_other_sources": neighbour_accuracy(clips, near, True),
        "sklearn_knn_accuracy": sklearn_neighbours(clips, False),
        "sklearn_knn_accuracy_other_sources": sklearn_neighbours(clips, True),
        **shots(clips, options.draws, copies),
        **teaching(clips),
    }
    if options.frames:
        with tempfile.TemporaryDirectory(prefix="yamnet-gui-") as folder:
            results |= search(clips, Path(folder), options.frames)
    for name, value in results.items():
        print(f"{name:40} {value:.4g}" if isinstance(value, float) else f"{name:40} {value}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
