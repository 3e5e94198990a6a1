"""How far scores and calibrated probabilities come true, on a folder of labelled clips.

    python benchmarks/calibration.py CLIPS_DIR [--quick] [--json OUT]

The folder holds sound files and a table clips.csv with the columns file and audioset_class: what
each clip is. For every class that occurs, the score of a clip is the highest that the class or
anything below it in the ontology reaches there. A score of at least 0.05 is a detection; it is
right where the clip is of the class. Detections stand for reviewed events.

The clips are dealt into two halves. Probabilities of one half are fitted to the other, so that no
figure was fitted to what it is measured on. Printed is the expected calibration error (ten groups
of equal size) of the scores and of the probabilities, with its 90 % interval over 1,000 draws of
clips with replacement, and the same for classes of which enough is known.
"""

import argparse
import csv
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from announce import announce

from yamnet_gui.audio import mono_16k, open_audio
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.detection import Review, calibrate, calibration_error
from yamnet_gui.yamnet import Analyzer, load_network

LEAST_SCORE = 0.05
DRAWS = 1000
QUICK_CLIPS = 60


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=Path, metavar="CLIPS_DIR")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here")
    given = os.environ.get("YAMNET_GUI_WEIGHTS")
    parser.add_argument("--weights", type=Path, default=Path(given) if given else None)
    parser.add_argument("--quick", action="store_true", help=f"the first {QUICK_CLIPS} clips")
    options = parser.parse_args()
    table = options.clips / "clips.csv"
    if not table.is_file():
        print(f"{table}: there is no such table", file=sys.stderr)
        return 2
    announce(20, 10, quick=options.quick)
    most = QUICK_CLIPS if options.quick else None
    figures = measured(detections(options.clips, table, options.weights, most))
    report(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def detections(
    folder: Path, table: Path, weights: Path | None, most: int | None = None
) -> list[list[Review]]:
    """The detections of each clip."""
    class_map = bundled_class_map()
    ontology = bundled_ontology()
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["file"], row["audioset_class"]) for row in csv.DictReader(file)][:most]
    below = {name: columns(name, class_map, ontology) for _, name in rows}
    indices = {entry.name: entry.index for entry in class_map.select(sorted(below))}
    analyzer = Analyzer(load_network(weights))
    entries = []
    for name, true in rows:
        with open_audio(folder / name) as source:
            chunks = list(analyzer.run(mono_16k(source)))
        highest = np.concatenate([chunk.scores for chunk in chunks]).max(axis=0)
        scores = {label: float(highest[places].max()) for label, places in below.items()}
        entries.append(
            [
                Review(indices[label], score, label == true)
                for label, score in scores.items()
                if score >= LEAST_SCORE
            ]
        )
    return entries


def columns(name: str, class_map: ClassMap, ontology: Ontology) -> list[int]:
    """A class and all below it."""
    entry = class_map.find(name)
    assert entry is not None, name
    node = ontology.of_class(entry.index)
    below = ontology.below(node.mid) if node is not None else ()
    return [entry.index, *(n.class_index for n in below if n.class_index is not None)]


def measured(clips: Sequence[Sequence[Review]]) -> dict[str, Any]:
    """Each half of the clips judged by probabilities that were fitted to the other."""
    halves = (clips[::2], clips[1::2])
    judged: list[list[tuple[float, float, bool, bool]]] = []
    for fit, test in (halves, halves[::-1]):
        classes = {review.class_index for clip in clips for review in clip}
        known = calibrate([review for clip in fit for review in clip], classes)
        judged += [
            [
                (
                    r.score,
                    float(known[r.class_index].probability(r.score)),
                    r.right,
                    known[r.class_index].known,
                )
                for r in clip
            ]
            for clip in test
        ]
    everything = [row for clip in judged for row in clip]
    sure = [row for row in everything if row[3]]
    return {
        "clips": len(clips),
        "detections": len(everything),
        "right": sum(row[2] for row in everything),
        "all": errors(judged),
        "known_classes": errors([[r for r in clip if r[3]] for clip in judged]) if sure else None,
        "known_detections": len(sure),
    }


def errors(clips: Sequence[Sequence[tuple[float, float, bool, bool]]]) -> dict[str, Any]:
    """Calibration error of scores and of probabilities, and the interval of each."""
    rng = np.random.default_rng(0)
    parts = [np.array(clip, float).reshape(-1, 4) for clip in clips]
    whole = np.concatenate(parts)
    drawn = []
    for _ in range(DRAWS):
        some = np.concatenate([parts[i] for i in rng.integers(0, len(parts), len(parts))])
        drawn.append([calibration_error(some[:, k], some[:, 2]) for k in (0, 1)])
    low, high = np.quantile(drawn, (0.05, 0.95), axis=0)
    return {
        name: {
            "error": calibration_error(whole[:, k], whole[:, 2]),
            "low": float(low[k]),
            "high": float(high[k]),
        }
        for k, name in enumerate(("scores", "calibrated"))
    }


def report(figures: dict[str, Any]) -> None:
    print(
        f"{figures['clips']} clips, {figures['detections']} detections, {figures['right']} right; "
        "each half judged by probabilities fitted to the other"
    )
    rows = [("all classes", figures["all"], figures["detections"])]
    if figures["known_classes"]:
        rows.append(("known classes", figures["known_classes"], figures["known_detections"]))
    for name, values, count in rows:
        texts = [
            f"{what} {v['error']:.3f} ({v['low']:.3f} to {v['high']:.3f})"
            for what, v in values.items()
        ]
        print(f"expected calibration error, {name} ({count}): {', '.join(texts)}")


if __name__ == "__main__":
    raise SystemExit(main())
