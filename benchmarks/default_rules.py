"""How the numbers of the default rule were chosen, and what to expect of them elsewhere.

    python benchmarks/default_rules.py FOLDER FOLDER ... [--test FOLDER] [--json OUT]

Each FOLDER holds labelled scenes (see benchmarks/detection.py) mixed from sources that occur in no
other folder. Threshold, lower threshold, longest merged gap and a threshold of its own for all
animals are tried in all combinations; the best is that with the highest sum of segment F1 (1 s),
event F1 (0.5 s) and event F1 (0.2 s), each folder weighing the same. For every folder in turn the
numbers are chosen on the others and measured on it ("chosen elsewhere"), next to those chosen on
the folder itself (too good to be true) and to the default of the program. The numbers chosen on
all folders are measured on --test last, which took no part in the choice.

A label counts with everything below it in the ontology, as in benchmarks/detection.py.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from announce import announce
from detection import balanced, read_reference, scene_files

from yamnet_gui.analysis import analyse_recording, finished
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.detection import (
    DEFAULT_RULE,
    Envelope,
    PreparedScores,
    Rule,
    RuleSet,
    detect,
    prepare,
)
from yamnet_gui.detection.evaluation import (
    Counts,
    EventArrays,
    Pair,
    counting_events_below,
    event_counts,
    segment_counts,
    total,
)
from yamnet_gui.yamnet import Network, load_network

ONS = (0.15, 0.2, 0.25, 0.3, 0.35)
OFFS = (0.02, 0.03, 0.05)
GAPS_S = (1.0, 1.5, 2.0)
ANIMAL_ONS = (0.2, 0.25, 0.3, 0.4, 0.5)
ANIMAL = "/m/0jbk"  # the branch of all animals
Rates = tuple[float, float, float]
"""Segment F1, event F1 with a collar of 0.5 s and of 0.2 s."""
Key = tuple[float, float, float, float]
"""On, off, gap, and `on` of animals."""


@dataclass(frozen=True)
class Scene:
    """What rules are tried on: scores, envelope, and the truth by label."""

    duration_s: float
    truth: dict[str, EventArrays]
    scores: PreparedScores
    envelope: Envelope


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--test", type=Path, metavar="FOLDER", help="measured once, at the end")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here")
    parser.add_argument("--quick", action="store_true", help="two scenes of each folder")
    given = os.environ.get("YAMNET_GUI_WEIGHTS")
    parser.add_argument("--weights", type=Path, default=Path(given) if given else None)
    options = parser.parse_args()
    folders = [*options.folders, *([options.test] if options.test else [])]
    files = [scene_files(folder)[: 2 if options.quick else None] for folder in folders]
    if not all(files):
        print("a folder has no scenes (NAME.flac or .wav beside NAME.csv)", file=sys.stderr)
        return 2
    announce(8 * sum(map(len, files)), 15 * len(files), quick=options.quick)
    network = load_network(options.weights)
    scenes = [[read_scene(*pair, network) for pair in pairs] for pairs in files]
    figures = measured(scenes[: len(options.folders)], scenes[len(options.folders) :])
    report(figures, [str(folder) for folder in options.folders])
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def read_scene(sound: Path, table: Path, network: Network) -> Scene:
    analysis = finished(analyse_recording(sound, network))
    envelope = analysis.envelope()
    assert envelope is not None
    print(sound.stem, file=sys.stderr)
    scores = prepare(analysis.table())
    return Scene(analysis.recording.duration_s, read_reference(table), scores, envelope)


def measured(folders: Sequence[Sequence[Scene]], test: Sequence[Sequence[Scene]]) -> dict[str, Any]:
    keys = list(product(ONS, OFFS, GAPS_S, ANIMAL_ONS))
    tried = {key: [rates(some, rules_of(key)) for some in folders] for key in keys}
    default, former = balanced(), RuleSet()

    def best(places: Sequence[int]) -> Key:
        return max(keys, key=lambda key: sum(sum(tried[key][place]) for place in places))

    everything = range(len(folders))
    rows = []
    for place in everything:
        elsewhere = best([other for other in everything if other != place] or [place])
        own = best([place])
        rows.append(
            {
                "former": rates(folders[place], former),
                "default": rates(folders[place], default),
                "chosen_elsewhere": {"rule": elsewhere, "rates": tried[elsewhere][place]},
                "chosen_here": {"rule": own, "rates": tried[own][place]},
            }
        )
    chosen = best(everything)
    figures: dict[str, Any] = {
        "folders": rows,
        "chosen": {"rule": chosen, "rates": tried[chosen]},
    }
    if test:
        figures["test"] = {
            "former": rates(test[0], former),
            "default": rates(test[0], default),
            "chosen": rates(test[0], rules_of(chosen)),
        }
    return figures


def rules_of(key: Key) -> RuleSet:
    on, off, gap_s, animal_on = key
    rules = RuleSet(default=Rule(on=on, off=off, merge_gap_s=gap_s).over(DEFAULT_RULE))
    return rules.with_group(ANIMAL, Rule(on=animal_on), bundled_ontology())


def rates(scenes: Sequence[Scene], rules: RuleSet) -> Rates:
    """The three F1 of rules over all labels and scenes of a folder."""
    labels = sorted({label for scene in scenes for label in scene.truth})
    segments, near, nearer = Counts(), Counts(), Counts()
    for scene in scenes:
        pair = found(scene, labels, rules)
        segments += total(segment_counts(pair))
        near += total(event_counts(pair, 0.5))
        nearer += total(event_counts(pair, 0.2))
    return segments.f1 or 0.0, near.f1 or 0.0, nearer.f1 or 0.0


def found(scene: Scene, labels: Sequence[str], rules: RuleSet) -> Pair:
    """Reference and estimated events with the labels one after the other on one time line, so that
    they are counted at once."""
    class_map, ontology = bundled_class_map(), bundled_ontology()
    wanted: set[int] = set()
    for entry in class_map.select(list(labels)):
        wanted |= ontology.classes_at_or_below(entry.index)
    detections = detect(scene.scores, rules, wanted, scene.envelope)
    by_class = {}
    for index in np.unique(detections.class_index).tolist():
        some = detections.of_class(index)
        by_class[class_map[index].name] = EventArrays.of(some.onset_s, some.offset_s, some.peak)
    estimated = counting_events_below(by_class, labels, ontology)
    apart_s = np.ceil(scene.duration_s) + 10.0
    return Pair(
        {"": in_a_row(scene.truth, labels, apart_s)},
        {"": in_a_row(estimated, labels, apart_s)},
        apart_s * len(labels),
    )


def in_a_row(spans: dict[str, EventArrays], labels: Sequence[str], apart_s: float) -> EventArrays:
    parts = [
        (place * apart_s, spans[label]) for place, label in enumerate(labels) if label in spans
    ]
    if not parts:
        return EventArrays.of((), ())
    return EventArrays.of(
        np.concatenate([shift + part.onset_s for shift, part in parts]),
        np.concatenate([shift + part.offset_s for shift, part in parts]),
    )


def report(figures: dict[str, Any], names: Sequence[str]) -> None:
    def line(title: str, values: Sequence[float], rule: Sequence[float] | None = None) -> None:
        numbers = (
            "" if rule is None else "  on {:g}, off {:g}, gap {:g} s, animals {:g}".format(*rule)
        )
        print(f"  {title:18}" + "".join(f"{value:8.3f}" for value in values) + numbers)

    print("segment F1, event F1 (0.5 s), event F1 (0.2 s)")
    for place, (name, row) in enumerate(zip(names, figures["folders"], strict=True)):
        print(name)
        line("default of 0.1", row["former"])
        line("default", row["default"])
        for key in ("chosen_elsewhere", "chosen_here"):
            line(key.replace("_", " "), row[key]["rates"], row[key]["rule"])
        line("chosen on all", figures["chosen"]["rates"][place], figures["chosen"]["rule"])
    if "test" in figures:
        print("test folder, which took no part in the choice")
        line("default of 0.1", figures["test"]["former"])
        line("default", figures["test"]["default"])
        line("chosen on all", figures["test"]["chosen"], figures["chosen"]["rule"])


if __name__ == "__main__":
    raise SystemExit(main())
