"""How good the events of the default rules are, on a folder of labelled scenes.

    python benchmarks/detection.py SCENES_DIR [--json OUT] [--speed]

A scene is a recording NAME.flac or NAME.wav with its reference table NAME.csv (onset_s, offset_s,
label). Every label that occurs in any reference table is looked for in every scene. A label counts
with everything below it in the ontology: their events, joined where they overlap. Nothing else of
the reference is used.

The first row is what `yamnet-gui analyze` and the window find: scores every 0.48 s, a closer look
where events are in doubt, default rules, edges refined by the envelope. "finer off" and "finer
everywhere" are `analyze --finer` with these words, "hop 0.16 s" is `--finer off --hop 0.16`; "plain
edges" is `--edges plain`; "threshold 0.5" is `--threshold 0.5`.
F1 is over all events, or all segments of one second, of all labels (micro average). An event is
right where its onset is within the collar and its offset within the larger of the collar and a
fifth of the true length; each is paired once.

The program's default rules were chosen on scenes made from the same collection of clips
(benchmarks/default_rules.py), so on such scenes the figures above are held out only where no
source is shared. "one left out" is: on, off and gap are chosen on all scenes but
one, and the one is measured, in turn.

--speed alone needs no scenes: how long 521 classes take to be derived again after a rule moved.
"""

import argparse
import csv
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from announce import announce

from yamnet_gui.analysis import Analysis, AnalysisSettings, analyse_recording, finished
from yamnet_gui.analysis.event_table import find_events
from yamnet_gui.analysis.finer import finer_steps
from yamnet_gui.analysis.model import LoadedModel
from yamnet_gui.analysis.settings import FINER, USUAL_FINER
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.pipeline import completed
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.detection import (
    BALANCED,
    DEFAULT_RULE,
    EDGES,
    Detections,
    Edges,
    Envelope,
    Review,
    Rule,
    RuleSet,
    calibrate,
    calibration_error,
    counting_below,
    detect,
    prepare,
    preset,
)
from yamnet_gui.detection.evaluation import EventArrays, Pair, counting_events_below, evaluate
from yamnet_gui.yamnet import Network, load_network


@dataclass(frozen=True)
class Scene:
    """A scene with its truth, and its scores: as usual, with each other closer look, and at a finer
    hop. `scores`: a label with the highest score of everything below it."""

    name: str
    duration_s: float
    truth: dict[str, EventArrays]
    analysis: Analysis
    others: dict[str, Analysis]
    scores: ScoreTable
    envelope: Envelope


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenes", type=Path, metavar="SCENES_DIR", nargs="?")
    parser.add_argument("--speed", action="store_true", help="measure the speed alone")
    parser.add_argument("--quick", action="store_true", help="the first scene alone")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here")
    given = os.environ.get("YAMNET_GUI_WEIGHTS")
    parser.add_argument(
        "--weights",
        type=Path,
        default=Path(given) if given else None,
        help="weights file (default: what YAMNET_GUI_WEIGHTS names, else the installed one)",
    )
    options = parser.parse_args()
    if options.speed:
        return only_speed(options.json)
    if options.scenes is None:
        parser.error("name a folder of scenes, or give --speed")
    class_map = bundled_class_map()
    ontology = bundled_ontology()
    files = scene_files(options.scenes)
    if not files:
        print(f"{options.scenes}: no scenes (NAME.flac or .wav beside NAME.csv)", file=sys.stderr)
        return 2
    files = files[:1] if options.quick else files
    announce(60 + 60 * len(files), 60, quick=options.quick)
    truths = [read_reference(truth) for _, truth in files]
    labels = sorted({label for truth in truths for label in truth})
    classes = [c.index for c in class_map.select(labels)]
    network = load_network(options.weights)
    started = time.perf_counter()
    scenes = []
    for (sound, _), truth in zip(files, truths, strict=True):
        scenes.append(analysed(sound, truth, network, ontology, classes))
        print(f"{scenes[-1].name}: {scenes[-1].duration_s:.0f} s", file=sys.stderr)
    spent = time.perf_counter() - started
    figures = measured(scenes, classes, class_map, ontology)
    figures["analysis_s"] = spent
    report(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def balanced() -> RuleSet:
    """The rules of a user who chose none."""
    return preset(BALANCED, bundled_ontology())


def scene_files(folder: Path) -> list[tuple[Path, Path]]:
    """Recordings that have a reference table next to them."""
    sounds = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".flac", ".wav"))
    pairs = [(sound, sound.with_suffix(".csv")) for sound in sounds]
    return [(sound, truth) for sound, truth in pairs if truth.exists()]


def read_reference(path: Path) -> dict[str, EventArrays]:
    rows: dict[str, list[tuple[float, float]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            span = (float(row["onset_s"]), float(row["offset_s"]))
            rows.setdefault(row["label"], []).append(span)
    return {label: EventArrays.of(*zip(*spans, strict=True)) for label, spans in rows.items()}


def analysed(
    sound: Path,
    truth: dict[str, EventArrays],
    network: Network,
    ontology: Ontology,
    classes: Sequence[int],
) -> Scene:
    published = finished(analyse_recording(sound, network))
    model = LoadedModel(network)
    looks = {look: completed(finer_steps(published, model, look)) for look in FINER}
    hop = finished(analyse_recording(sound, network, AnalysisSettings(hop_s=0.16)))
    usual, envelope = looks[USUAL_FINER], published.envelope()
    assert envelope is not None
    others = {"off": looks["off"], "everywhere": looks["everywhere"], "hop": hop}
    scores = counting_below(usual.for_rules(), ontology, classes)
    return Scene(sound.stem, published.recording.duration_s, truth, usual, others, scores, envelope)


def found_in(
    scene: Scene,
    rules: RuleSet,
    class_map: ClassMap,
    ontology: Ontology,
    labels: Sequence[str],
    other: str = "",
) -> Pair:
    """Estimated and reference events."""
    analysis = scene.others[other] if other else scene.analysis
    if rules.default.method == "plain":  # as `analyze --threshold`
        analysis = scene.others["off"]
    rows = find_events(analysis, rules).rows
    by_label = {}
    for index in np.unique(rows["class_index"]).tolist():
        some = rows[rows["class_index"] == index]
        spans = EventArrays.of(some["onset_s"], some["offset_s"], some["score_max"])
        by_label[class_map[index].name] = spans
    grouped = counting_events_below(by_label, labels, ontology)
    return Pair(scene.truth, grouped, scene.duration_s)


def way(scene: Scene, rules: RuleSet, classes: Sequence[int]) -> Detections:
    return detect(scene.scores, rules, classes, scene.envelope)


def key_figures(pairs: Sequence[Pair]) -> dict[str, float]:
    result = evaluate(pairs)
    return {
        "segment_f1": result.segment_f1 or 0.0,
        "event_f1_500ms": result.event_f1(0.5) or 0.0,
        "event_f1_200ms": result.event_f1(0.2) or 0.0,
        "psds1": result.psds.score if result.psds else 0.0,
    }


def measured(
    scenes: Sequence[Scene], classes: Sequence[int], class_map: ClassMap, ontology: Ontology
) -> dict[str, Any]:
    labels = sorted({label for scene in scenes for label in scene.truth})

    def pairs(rules: RuleSet, other: str = "") -> list[Pair]:
        return [found_in(s, rules, class_map, ontology, labels, other) for s in scenes]

    full = pairs(balanced())
    return {
        **key_figures(full),
        "leave_one_out": leave_one_out(scenes, class_map, ontology, labels),
        "finer_off": key_figures(pairs(balanced(), "off")),
        "finer_everywhere": key_figures(pairs(balanced(), "everywhere")),
        "hop_0.16_s": key_figures(pairs(balanced(), "hop")),
        "plain_edges": key_figures(pairs(balanced().with_edges("plain"))),
        "threshold_0.5": key_figures(pairs(RuleSet.threshold(0.5))),
        "by_scene": {
            scene.name: key_figures([pair]) for scene, pair in zip(scenes, full, strict=True)
        },
        "calibration_error": held_out_calibration(scenes, classes, class_map),
        "rederive_ms": rederived(*ten_minutes()),
        "edge_coverage": coverage(scenes, classes, class_map),
        "by_label": evaluate(full, labels).as_dict()["segment"]["by_label"],
        "scenes": len(scenes),
        "labels": len(labels),
    }


def coverage(
    scenes: Sequence[Scene], classes: Sequence[int], class_map: ClassMap
) -> dict[str, float]:
    """Share of true edges inside the stated interval, of events that share half their extent."""
    inside: dict[str, list[bool]] = {"onset": [], "offset": []}
    for scene in scenes:
        detections = way(scene, balanced(), classes)
        for index in np.unique(detections.class_index).tolist():
            some, truth = detections.of_class(index), scene.truth.get(class_map[index].name)
            if truth is None:
                continue
            shared = np.minimum(some.offset_s[:, None], truth.offset_s) - np.maximum(
                some.onset_s[:, None], truth.onset_s
            )
            either = np.maximum(some.offset_s[:, None], truth.offset_s) - np.minimum(
                some.onset_s[:, None], truth.onset_s
            )
            best = np.argmax(shared / either, axis=1)
            rows = np.flatnonzero((shared / either)[np.arange(len(some)), best] >= 0.5)
            early = np.abs(some.onset_s[rows] - truth.onset_s[best[rows]])
            late = np.abs(some.offset_s[rows] - truth.offset_s[best[rows]])
            inside["onset"].extend(early <= some.onset_uncertainty_s[rows])
            inside["offset"].extend(late <= some.offset_uncertainty_s[rows])
    return {edge: float(np.mean(values)) for edge, values in inside.items() if values}


def held_out_calibration(
    scenes: Sequence[Scene], classes: Sequence[int], class_map: ClassMap
) -> dict[str, float]:
    """Expected calibration error of raw scores and of calibrated ones, each half of the scenes
    calibrated by the other. An event counts as right where half of it lies in true ones."""
    rules = RuleSet(default=Rule(on=0.1).over(DEFAULT_RULE))
    halves: list[list[Review]] = [[], []]
    for number, scene in enumerate(scenes):
        detections = way(scene, rules, classes)
        halves[number % 2] += reviews_against(detections, scene.truth, class_map)
    raw, predicted, came = [], [], []
    for fit, test in (halves, halves[::-1]):
        calibrations = calibrate(fit, classes)
        raw += [r.score for r in test]
        predicted += [float(calibrations[r.class_index].probability(r.score)) for r in test]
        came += [r.right for r in test]
    return {
        "raw": calibration_error(raw, came),
        "calibrated": calibration_error(predicted, came),
        "reviews": len(came),
    }


def reviews_against(
    detections: Detections, truth: dict[str, EventArrays], class_map: ClassMap
) -> list[Review]:
    """Every detection as a reviewed event: right where half of it lies in true ones."""
    reviews = []
    for place in range(len(detections)):
        index = int(detections.class_index[place])
        onset, offset = detections.onset_s[place], detections.offset_s[place]
        spans = truth.get(class_map[index].name, EventArrays.of((), ()))
        shared = np.minimum(offset, spans.offset_s) - np.maximum(onset, spans.onset_s)
        right = bool(np.maximum(shared, 0).sum() >= 0.5 * (offset - onset))
        reviews.append(Review(index, float(detections.score_max[place]), right))
    return reviews


def rederived(table: ScoreTable, envelope: Envelope) -> dict[str, float]:
    """Milliseconds to derive all classes again after a threshold moved, best of five."""
    return {
        f"{hours} h, {edges} edges": rederived_ms(table, envelope, hours, edges)
        for hours in (1, 24)
        for edges in EDGES
    }


def rederived_ms(table: ScoreTable, envelope: Envelope, hours: int, edges: Edges) -> float:
    """The sound of the table, again and again, for so many hours."""
    frames = 7500 * hours
    times = frames // len(table.scores) + 1
    scores = np.tile(table.scores, (times, 1))[:frames]
    rows = np.resize(envelope.values, len(table.scores) * 48)  # so that they go on together
    long = Envelope(np.tile(rows, times)[: frames * 48])
    prepared = prepare(ScoreTable(FrameGrid(frames, frames * 0.48), scores))
    spent = []
    for step in range(6):
        rules = balanced().with_edges(edges).with_threshold(None, 0.2 + step / 50)
        start = time.perf_counter()
        detect(prepared, rules, None, long)
        spent.append(time.perf_counter() - start)
    return 1000 * min(spent[1:])


def ten_minutes() -> tuple[ScoreTable, Envelope]:
    """Scores that come and go as YAMNet's do, some of 521 classes at any time, and the sound."""
    rng = np.random.default_rng(0)
    frames = 1250
    scores = np.full((frames, 521), 0.001, np.float32)
    loud = np.zeros(frames * 48, np.float32)
    for _ in range(1000):
        first, length = int(rng.integers(frames - 12)), int(rng.integers(1, 12))
        index = min(520, int(rng.exponential(40)))
        scores[first : first + length, index] = rng.random(length) ** 2
        loud[first * 48 : (first + length) * 48] = rng.random() * 4 + rng.random(length * 48)
    return ScoreTable(FrameGrid(frames, frames * 0.48), scores), Envelope(loud)


def only_speed(out: Path | None) -> int:
    figures = rederived(*ten_minutes())
    for name, value in figures.items():
        print(f"521 classes x {name}: {value:.1f} ms")
    if out:
        out.write_text(json.dumps({"rederive_ms": figures}, indent=2) + "\n", encoding="utf-8")
    return 0


def leave_one_out(
    scenes: Sequence[Scene], class_map: ClassMap, ontology: Ontology, labels: Sequence[str]
) -> dict[str, Any]:
    """Rules chosen on all scenes but one by the sum of the three F1, measured on that one."""
    candidates = [
        RuleSet(default=Rule(on=on, off=off, merge_gap_s=gap).over(DEFAULT_RULE))
        for on in (0.2, 0.25, 0.3, 0.35, 0.4)
        for off in (0.03, 0.05, 0.09)
        for gap in (0.5, 1.0, 1.5)
    ]
    table = [
        [found_in(scene, rules, class_map, ontology, labels) for scene in scenes]
        for rules in candidates
    ]

    def worth(pairs: Sequence[Pair]) -> float:
        figures = key_figures(pairs)
        return sum(figures[k] for k in ("segment_f1", "event_f1_500ms", "event_f1_200ms"))

    held_out, chosen = [], {}
    for out, scene in enumerate(scenes):
        rest = [[pair for k, pair in enumerate(pairs) if k != out] for pairs in table]
        best = max(range(len(candidates)), key=lambda k: worth(rest[k]))
        held_out.append(table[best][out])
        rule = candidates[best].default
        chosen[scene.name] = {"on": rule.on, "off": rule.off, "merge_gap_s": rule.merge_gap_s}
    return {**key_figures(held_out), "chosen": chosen}


def report(figures: dict[str, Any]) -> None:
    print(f"{figures['scenes']} scenes, {figures['labels']} labels")
    print(f"{'':24}segment F1   event F1 0.5 s   event F1 0.2 s    PSDS1")
    rows = [("as the user gets them", figures)]
    rows += [(f"  {name}", values) for name, values in figures["by_scene"].items()]
    rows += [("chosen, one left out", figures["leave_one_out"])]
    ways = ("finer_off", "finer_everywhere", "hop_0.16_s", "plain_edges", "threshold_0.5")
    rows += [(k.replace("_", " "), figures[k]) for k in ways]
    for name, row in rows:
        print(
            f"{name:24}{row['segment_f1']:10.3f}{row['event_f1_500ms']:17.3f}"
            f"{row['event_f1_200ms']:17.3f}{row['psds1']:9.3f}"
        )
    for name, value in figures["rederive_ms"].items():
        print(f"521 classes derived again after a rule moved, {name}: {value:.1f} ms")
    error = figures["calibration_error"]
    print(
        f"expected calibration error, other half held out: scores {error['raw']:.3f}, "
        f"calibrated {error['calibrated']:.3f} ({error['reviews']} events)"
    )
    shares = ", ".join(f"{edge} {share:.0%}" for edge, share in figures["edge_coverage"].items())
    print(f"true edges inside the stated 90 % interval: {shares}")


if __name__ == "__main__":
    raise SystemExit(main())
