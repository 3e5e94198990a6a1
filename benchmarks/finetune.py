"""Fine-tuning against frozen embeddings: python benchmarks/finetune.py CLIPS_DIR [--json OUT]

CLIPS_DIR holds sound files and a table `clips.csv` with the columns `file` and `category`. Clips of
one original (by their names, as in ESC-50) are never on two sides. In each repeat other originals
are held out. Prints, and writes as JSON, the accuracy on held-out clips of

frozen                  logistic regression on YAMNet's embeddings
DEPTH, DEPTH changed    the model fine-tuned to that depth on clips as they are, and on changed ones

with the mean over the repeats and its 95 % interval over them; how often the advice was to use the
model; how far YAMNet's own scores moved; and the seconds of each training. Needs weights
(YAMNET_GUI_WEIGHTS).
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from announce import announce

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.statistics import two_sided_z
from yamnet_gui.fine_tuning import (
    DEPTHS,
    DataChoice,
    FinetuneSettings,
    SoundChanges,
    TrainingData,
    fine_tune,
    training_data,
)

REPEATS, EPOCHS = 5, 15
QUICK_CLASSES = 6
SOURCE = r"^\d-(\d+)-"


def one_run(data: TrainingData, settings: FinetuneSettings, folder: Path) -> dict[str, Any]:
    """The figures of one training."""
    began = time.perf_counter()
    outcome = None
    for step in fine_tune(data, folder / "model.h5", settings, restart=True):
        outcome = step.outcome
    assert outcome is not None
    accuracy = {way.way: way.accuracy for way in outcome.ways}
    return {
        "frozen": accuracy["frozen"],
        "fine_tuned": accuracy["fine-tuned"],
        "f1": {way.way: way.f1 for way in outcome.ways},
        "advice": outcome.advice.use,
        "best_epoch": outcome.best_epoch,
        "drift": outcome.drift.largest if outcome.drift else None,
        "seconds": time.perf_counter() - began,
    }


def summary(values: list[float]) -> tuple[float, float]:
    """The mean over repeats, and half of its 95 % interval."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, float("nan")
    return mean, two_sided_z(0.95) * statistics.stdev(values) / len(values) ** 0.5


def measured(data: TrainingData, options: argparse.Namespace) -> dict[str, Any]:
    repeats = 1 if options.quick else options.repeats
    ways: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(repeats):
            for depth in options.depths:
                for changes in (None, SoundChanges()):
                    name = f"{depth}{' changed' if changes else ''}"
                    settings = FinetuneSettings(
                        depth=depth,
                        output="softmax",
                        changes=changes,
                        epochs=2 if options.quick else options.epochs,
                        patience=4,
                        seed=seed,
                    )
                    run = one_run(data, settings, Path(folder))
                    ways.setdefault(name, []).append(run)
                    print(
                        f"  repeat {seed + 1}, {name}: {run['fine_tuned']:.3f} (frozen"
                        f" {run['frozen']:.3f}), advice {run['advice']}, {run['seconds']:.0f} s",
                        file=sys.stderr,
                        flush=True,
                    )
    figures: dict[str, Any] = {"repeats": repeats, "classes": len(data.labels), "runs": ways}
    first = next(iter(ways.values()))
    table = {"frozen": summary([run["frozen"] for run in first])}
    table |= {name: summary([run["fine_tuned"] for run in runs]) for name, runs in ways.items()}
    figures["accuracy"] = {name: list(values) for name, values in table.items()}
    for name, (mean, half) in table.items():
        print(f"{name:16} {mean:.3f} +- {half:.3f}")
    for name, runs in ways.items():
        moved = max(run["drift"] or 0.0 for run in runs)
        seconds = statistics.fmean(run["seconds"] for run in runs)
        advised = sum(run["advice"] == "fine-tuned" for run in runs)
        print(
            f"{name:16} advised in {advised} of {len(runs)}; YAMNet's own scores moved by up to"
            f" {moved:.3f}; {seconds:.0f} s"
        )
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("clips", type=Path, metavar="CLIPS_DIR")
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--quick", action="store_true", help="few classes, one repeat, the head")
    parser.add_argument("--depths", nargs="+", choices=DEPTHS, default=list(DEPTHS))
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    announce(60 * 60, 60, quick=options.quick)
    try:
        data = training_data(options.clips / "clips.csv", DataChoice(same_source=SOURCE))
        if options.quick:
            options.depths = ["head"]
            some = data.labels[:QUICK_CLASSES]
            data = replace(data, sounds=tuple(one for one in data.sounds if one.label in some))
        figures = measured(data, options)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
