"""How good the events of the default rules are, on a folder of labelled scenes.

    python benchmarks/detection.py SCENES_DIR [--json OUT]

A scene is a recording NAME.flac or NAME.wav with its truth NAME.csv (onset_s, offset_s, label).
Every label that occurs in the truth of any scene is looked for in every scene. A label counts with
everything below it in the ontology: its score is the highest among them, and its events are what
the default rules make of that score. Nothing else about the truth is used.

Steps: mono at 16 kHz, scores every 0.48 s, a second pass with windows every 0.16 s around events,
default rules, edges refined by the envelope. "one pass" leaves the second pass out, "scores alone"
the refinement too. F1 is over all events, or all segments of one second, of all labels (micro
average). An event is right where its onset is within the collar and its offset within the larger
of the collar and a fifth of the true length; each is paired once.

The program's default rules were chosen with scenes of this kind at hand, so on those scenes these
figures are not held out. --tune additionally chooses the rules on all scenes but one, and reports
the one, in turn.
"""

import argparse
import csv
import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from yamnet_gui.assets import class_map_path, resource_path
from yamnet_gui.audio import mono_16k, open_audio
from yamnet_gui.core.classes import ClassMap
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.detection import (
    DEFAULT_RULE,
    Detections,
    Envelope,
    EnvelopeBuilder,
    Review,
    Rule,
    RuleSet,
    calibrate,
    calibration_error,
    counting_below,
    densified,
    detect,
    fine_frames,
    prepare,
    spans_to_rescore,
)
from yamnet_gui.detection.evaluation import Pair, Spans, evaluate
from yamnet_gui.detection.second_pass import FINE_HOP_S
from yamnet_gui.yamnet import Analyzer, Network, load_network

COLLARS_S = (0.2, 0.5)


@dataclass(frozen=True)
class Scene:
    """A scene with its truth, and its scores at the published and at the finer hop."""

    name: str
    duration_s: float
    truth: dict[str, Spans]
    coarse: ScoreTable
    fine: ScoreTable
    envelope: Envelope


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenes", type=Path, metavar="SCENES_DIR")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here")
    given = os.environ.get("YAMNET_GUI_WEIGHTS")
    parser.add_argument(
        "--weights",
        type=Path,
        default=Path(given) if given else None,
        help="weights file (default: what YAMNET_GUI_WEIGHTS names, else the installed one)",
    )
    parser.add_argument("--tune", action="store_true", help="also tune with one scene left out")
    options = parser.parse_args()
    class_map = ClassMap.from_csv(class_map_path())
    ontology = Ontology.from_csv(resource_path("audioset_ontology.csv"))
    files = scene_files(options.scenes)
    if not files:
        print(f"{options.scenes}: no scenes (NAME.flac or .wav beside NAME.csv)", file=sys.stderr)
        return 2
    truths = [read_truth(truth) for _, truth in files]
    labels = sorted({label for truth in truths for label in truth})
    classes = [c.index for c in class_map.select(labels)]
    network = load_network(options.weights)
    started = time.perf_counter()
    scenes = []
    for (sound, _), truth in zip(files, truths, strict=True):
        scenes.append(analysed(sound, truth, network, ontology, classes))
        print(f"{scenes[-1].name}: {scenes[-1].duration_s:.0f} s", file=sys.stderr)
    spent = time.perf_counter() - started
    figures = measured(scenes, classes, class_map)
    figures["analysis_s"] = spent
    if options.tune:
        figures["leave_one_out"] = leave_one_out(scenes, classes, class_map)
    report(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def scene_files(folder: Path) -> list[tuple[Path, Path]]:
    """Recordings that have a truth beside them."""
    sounds = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".flac", ".wav"))
    pairs = [(sound, sound.with_suffix(".csv")) for sound in sounds]
    return [(sound, truth) for sound, truth in pairs if truth.exists()]


def read_truth(path: Path) -> dict[str, Spans]:
    rows: dict[str, list[tuple[float, float]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            span = (float(row["onset_s"]), float(row["offset_s"]))
            rows.setdefault(row["label"], []).append(span)
    return {label: Spans.of(*zip(*spans, strict=True)) for label, spans in rows.items()}


def analysed(
    sound: Path,
    truth: dict[str, Spans],
    network: Network,
    ontology: Ontology,
    classes: Sequence[int],
) -> Scene:
    with open_audio(sound) as source:
        duration = source.info.duration_s
        blocks = list(mono_16k(source))
    samples = np.concatenate(blocks)
    builder = EnvelopeBuilder()
    chunks = Analyzer(network).run([samples], on_log_mel=lambda _, rows: builder.push(rows))
    scores = np.concatenate([chunk.scores for chunk in chunks])
    whole = ScoreTable(FrameGrid(len(scores), duration), scores)
    coarse = counting_below(whole, ontology, classes)
    pieces = second_pass(network, samples, whole, spans_to_rescore(coarse, RuleSet(), classes))
    fine = counting_below(densified(whole, pieces), ontology, classes)
    return Scene(sound.stem, duration, truth, coarse, fine, builder.finish())


def second_pass(
    network: Network, samples: np.ndarray, table: ScoreTable, spans: Iterable[Any]
) -> Iterable[tuple[int, np.ndarray]]:
    analyzer = Analyzer(network, FINE_HOP_S)
    for span in spans:
        first, last = fine_frames(table, span)
        start = round(first * FINE_HOP_S * 16000)
        stop = round((last - 1) * FINE_HOP_S * 16000) + 15600
        chunks = analyzer.run([samples[start:stop]])
        yield first, np.concatenate([chunk.scores for chunk in chunks])


def pair_of(scene: Scene, found: Detections, class_map: ClassMap) -> Pair:
    by_label = {}
    for index in np.unique(found.class_index).tolist():
        some = found.of_class(index)
        by_label[class_map[index].name] = Spans.of(some.onset_s, some.offset_s, some.peak)
    return Pair(scene.truth, by_label, scene.duration_s)


def way(
    scene: Scene, rules: RuleSet, classes: Sequence[int], fine: bool = True, edges: bool = True
) -> Detections:
    envelope = scene.envelope if edges else None
    return detect(scene.fine if fine else scene.coarse, rules, classes, envelope)


def key_figures(pairs: Sequence[Pair]) -> dict[str, float]:
    result = evaluate(pairs, collars_s=COLLARS_S)
    return {
        "segment_f1": result.segment_f1 or 0.0,
        "event_f1_500ms": result.event_f1(0.5) or 0.0,
        "event_f1_200ms": result.event_f1(0.2) or 0.0,
        "psds1": result.psds.score if result.psds else 0.0,
    }


def measured(
    scenes: Sequence[Scene], classes: Sequence[int], class_map: ClassMap
) -> dict[str, Any]:
    def pairs(rules: RuleSet, **how: bool) -> list[Pair]:
        return [pair_of(s, way(s, rules, classes, **how), class_map) for s in scenes]

    labels = sorted({label for scene in scenes for label in scene.truth})
    full = pairs(RuleSet())
    return {
        **key_figures(full),
        "one_pass": key_figures(pairs(RuleSet(), fine=False)),
        "scores_alone": key_figures(pairs(RuleSet(), fine=False, edges=False)),
        "threshold_0.5": key_figures(pairs(RuleSet.threshold(0.5), fine=False, edges=False)),
        "by_scene": {
            scene.name: key_figures([pair]) for scene, pair in zip(scenes, full, strict=True)
        },
        "calibration_error": held_out_calibration(scenes, classes, class_map),
        "rederive_ms": {f"{h} h": rederived_ms(scenes[0].coarse, h) for h in (1, 24)},
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
        found = way(scene, RuleSet(), classes)
        for index in np.unique(found.class_index).tolist():
            some, truth = found.of_class(index), scene.truth.get(class_map[index].name)
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
        found = way(scene, rules, classes)
        for place in range(len(found)):
            index = int(found.class_index[place])
            onset, offset = found.onset_s[place], found.offset_s[place]
            truth = scene.truth.get(class_map[index].name, Spans.of((), ()))
            shared = np.minimum(offset, truth.offset_s) - np.maximum(onset, truth.onset_s)
            right = bool(np.maximum(shared, 0).sum() >= 0.5 * (offset - onset))
            halves[number % 2].append(Review(index, float(found.score_max[place]), right))
    raw, said, came = [], [], []
    for fit, test in (halves, halves[::-1]):
        calibrations = calibrate(fit, classes)
        raw += [r.score for r in test]
        said += [float(calibrations[r.class_index].probability(r.score)) for r in test]
        came += [r.right for r in test]
    return {
        "raw": calibration_error(raw, came),
        "calibrated": calibration_error(said, came),
        "reviews": len(came),
    }


def rederived_ms(table: ScoreTable, hours: int) -> float:
    """Best of five times to derive all classes again after a threshold moved, in milliseconds."""
    frames = 7500 * hours
    scores = np.tile(table.scores, (frames // len(table.scores) + 1, 1))[:frames]
    prepared = prepare(ScoreTable(FrameGrid(frames, frames * 0.48), scores))
    times = []
    for step in range(5):
        rules = RuleSet().with_threshold(None, 0.2 + step / 20)
        start = time.perf_counter()
        detect(prepared, rules)
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def leave_one_out(
    scenes: Sequence[Scene], classes: Sequence[int], class_map: ClassMap
) -> dict[str, Any]:
    """Rules chosen on all scenes but one by the sum of the three F1, measured on that one."""
    candidates = [
        RuleSet(default=Rule(on=on, off=off, merge_gap_s=gap).over(DEFAULT_RULE))
        for on in (0.2, 0.25, 0.3, 0.35)
        for off in (0.03, 0.05, 0.09)
        for gap in (0.5, 1.0, 1.5)
    ]
    prepared = [prepare(scene.fine) for scene in scenes]
    table = [
        [
            pair_of(s, detect(p, rules, classes, s.envelope), class_map)
            for s, p in zip(scenes, prepared, strict=True)
        ]
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
    rows = [("default", figures)]
    rows += [(k.replace("_", " "), figures[k]) for k in ("one_pass", "scores_alone")]
    rows += [("threshold 0.5", figures["threshold_0.5"])]
    rows += [(f"  {name}", values) for name, values in figures["by_scene"].items()]
    if "leave_one_out" in figures:
        rows.append(("tuned, one left out", figures["leave_one_out"]))
    for name, row in rows:
        print(
            f"{name:24}{row['segment_f1']:10.3f}{row['event_f1_500ms']:17.3f}"
            f"{row['event_f1_200ms']:17.3f}{row['psds1']:9.3f}"
        )
    speed = ", ".join(f"{long} {ms:.1f} ms" for long, ms in figures["rederive_ms"].items())
    print(f"521 classes derived again after a rule moved: {speed}")
    error = figures["calibration_error"]
    print(
        f"expected calibration error, other half held out: scores {error['raw']:.3f}, "
        f"calibrated {error['calibrated']:.3f} ({error['reviews']} events)"
    )
    shares = ", ".join(f"{edge} {share:.0%}" for edge, share in figures["edge_coverage"].items())
    print(f"true edges inside the stated 90 % interval: {shares}")


if __name__ == "__main__":
    raise SystemExit(main())
