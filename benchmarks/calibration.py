"""How far scores and calibrated probabilities come true, on labelled clips or labelled scenes.

    python benchmarks/calibration.py CLIPS_DIR [--quick] [--json OUT]
    python benchmarks/calibration.py SCENES_DIR [SCENES_DIR ...] [--prior] [--json OUT]

A folder of clips holds sound files and a table clips.csv with the columns file and
audioset_class: what each clip is. For every class that occurs, the score of a clip is the highest
that the class or anything below it in the ontology reaches there. A score of at least 0.05 is a
detection; it is right where the clip is of the class. Detections stand for reviewed events.

The clips are dealt into two halves. Probabilities of one half are fitted to the other, so that no
figure was fitted to what it is measured on. Printed is the expected calibration error (ten groups
of equal size) of the scores and of the probabilities, with its 90 % interval over 1,000 draws of
clips with replacement, and the same for classes of which enough is known.

Folders of scenes (see benchmarks/detection.py) are measured as a user would: events of the default
rules from a score of 0.1 on are the reviews, right where half of an event lies in true ones of its
label. "halves": ten draws of half of the scenes, calibrated on one half and measured on the other;
"reviews of N scenes" are ten draws of so many scenes, measured on twenty others; "folder held out"
is calibrated on all other folders, for folders that share no sources. --prior prints the mean line
of the classes, which is what a calibration assumes beforehand.
"""

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from announce import announce
from detection import read_reference, reviews_against, scene_files

from yamnet_gui.analysis import AnalysisSettings, analyse_recording, finished
from yamnet_gui.analysis.finer import finer_steps
from yamnet_gui.analysis.model import LoadedModel
from yamnet_gui.analysis.settings import USUAL_FINER
from yamnet_gui.audio import mono_16k, open_audio
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.pipeline import completed
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.detection import (
    DEFAULT_RULE,
    Review,
    Rule,
    RuleSet,
    calibrate,
    calibration_error,
    counting_below,
    detect,
    learned_prior,
)
from yamnet_gui.yamnet import Analyzer, load_network

LEAST_SCORE = 0.05
LEAST_EVENT_SCORE = 0.1
SPLITS = 10
FEW_SCENES = (1, 2, 4, 8)
DRAWS = 1000
QUICK_CLIPS = 60


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, metavar="DIR", nargs="+")
    parser.add_argument("--prior", action="store_true", help="what to assume beforehand, by scenes")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here")
    given = os.environ.get("YAMNET_GUI_WEIGHTS")
    parser.add_argument("--weights", type=Path, default=Path(given) if given else None)
    parser.add_argument("--quick", action="store_true", help=f"the first {QUICK_CLIPS} clips")
    options = parser.parse_args()
    folder, table = options.folders[0], options.folders[0] / "clips.csv"
    if table.is_file():
        announce(20, 10, quick=options.quick)
        most = QUICK_CLIPS if options.quick else None
        figures = measured(detections(folder, table, options.weights, most))
        report(figures)
    else:
        scenes = [scene_files(one) for one in options.folders]
        if not all(scenes):
            print(f"{folder}: neither clips.csv nor scenes with tables", file=sys.stderr)
            return 2
        scenes = [files[:4] for files in scenes] if options.quick else scenes
        announce(5 * sum(map(len, scenes)), 20 * len(scenes), quick=options.quick)
        figures = measured_scenes(reviewed_scenes(scenes, options.weights), options.prior)
        report_scenes(figures)
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


def reviewed_scenes(
    folders: Sequence[Sequence[tuple[Path, Path]]], weights: Path | None
) -> list[list[list[Review]]]:
    """The reviews of each scene of each folder."""
    class_map, ontology = bundled_class_map(), bundled_ontology()
    network = load_network(weights)
    truths = [[read_reference(table) for _, table in files] for files in folders]
    labels = sorted({label for some in truths for truth in some for label in truth})
    classes = [entry.index for entry in class_map.select(labels)]
    rules = RuleSet(default=Rule(on=LEAST_EVENT_SCORE).over(DEFAULT_RULE))
    result = []
    for files, some in zip(folders, truths, strict=True):
        reviews = []
        for (sound, _), truth in zip(files, some, strict=True):
            analysis = finished(
                analyse_recording(sound, network, AnalysisSettings(finer=USUAL_FINER))
            )
            analysis = completed(finer_steps(analysis, LoadedModel(network), USUAL_FINER))
            table = counting_below(analysis.for_rules(), ontology, classes)
            found = detect(table, rules, classes, analysis.envelope())
            reviews.append(reviews_against(found, truth, class_map))
            print(sound.stem, file=sys.stderr)
        result.append(reviews)
    return result


def measured_scenes(folders: Sequence[Sequence[Sequence[Review]]], prior: bool) -> dict[str, Any]:
    """Errors by how the scenes were dealt: mean of scores and of probabilities, and how often the
    latter were nearer the truth."""
    scenes = [scene for folder in folders for scene in folder]
    deals: dict[str, list[tuple[list[Review], list[Review]]]] = {}
    for seed in range(SPLITS):
        order = np.random.default_rng(seed).permutation(len(scenes)).tolist()
        dealt = [scenes[place] for place in order]
        half = len(dealt) // 2
        deals.setdefault("halves", []).append((flat(dealt[:half]), flat(dealt[half:])))
        for count in FEW_SCENES:
            if count < half:
                few = flat(dealt[:count]), flat(dealt[count:][-20:])
                deals.setdefault(f"reviews of {count} scenes", []).append(few)
    if len(folders) > 1:
        for place, held_out in enumerate(folders):
            others = [scene for k, some in enumerate(folders) if k != place for scene in some]
            deals.setdefault("folder held out", []).append((flat(others), flat(held_out)))
    figures: dict[str, Any] = {"scenes": len(scenes), "reviews": len(flat(scenes)), "splits": {}}
    for name, splits in deals.items():
        rows = [split_errors(fit, test) for fit, test in splits if fit and test]
        figures["splits"][name] = {
            "scores": float(np.mean([row[0] for row in rows])),
            "calibrated": float(np.mean([row[1] for row in rows])),
            "scores_log_loss": float(np.mean([row[2] for row in rows])),
            "calibrated_log_loss": float(np.mean([row[3] for row in rows])),
            "better_in": sum(row[1] < row[0] for row in rows),
            "of": len(rows),
            "reviews": float(np.mean([len(fit) for fit, _ in splits])),
        }
    if prior:
        mean, covariance = learned_prior(flat(scenes))
        figures["prior"] = {
            "mean": mean.tolist(),
            "deviation": np.sqrt(np.diag(covariance)).tolist(),
        }
    return figures


def flat(scenes: Iterable[Sequence[Review]]) -> list[Review]:
    return [review for scene in scenes for review in scene]


def split_errors(fit: list[Review], test: list[Review]) -> tuple[float, float, float, float]:
    """Calibration error of scores and probabilities, and log loss of either."""
    known = calibrate(fit, {review.class_index for review in test})
    right = np.array([review.right for review in test], float)
    scores = np.array([review.score for review in test])
    predicted = np.array([float(known[r.class_index].probability(r.score)) for r in test])
    losses = []
    for values in (scores, predicted):
        p = np.clip(values, 1e-4, 1 - 1e-4)
        losses.append(float(-np.log(np.where(right > 0, p, 1 - p)).mean()))
    both = calibration_error(scores, right), calibration_error(predicted, right)
    return (*both, losses[0], losses[1])


def report_scenes(figures: dict[str, Any]) -> None:
    print(f"{figures['scenes']} scenes, {figures['reviews']} events as reviews")
    print(f"{'calibration error':24}scores  calibrated  better in   log loss")
    for name, row in figures["splits"].items():
        print(
            f"{name:24}{row['scores']:6.3f}{row['calibrated']:12.3f}"
            f"{row['better_in']:6} of {row['of']:2}"
            f"{row['scores_log_loss']:9.3f} -> {row['calibrated_log_loss']:.3f}"
        )
    if "prior" in figures:
        slope, intercept = figures["prior"]["mean"]
        by = figures["prior"]["deviation"]
        print(
            f"mean line: slope {slope:.2f} ± {by[0]:.2f}, intercept {intercept:.2f} ± {by[1]:.2f}"
        )


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
