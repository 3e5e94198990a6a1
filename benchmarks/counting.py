"""Whether 90 % intervals of counts, hours and recall hold the truth, where the truth is known.

    python benchmarks/counting.py [--quick] [--json OUT]

Makes populations of units (candidates and segments) with scores, of which 1 in 3 or 1 in 300 is
true, in hours that differ (calls come in bursts) or not; draws a stratified sample, "reviews" it
from the known truth, draws more where the interval would narrow most, and estimates. Printed is in
how many of 1,000 runs the interval held the truth, and how wide it was. `good`: scores that part
true from false well; `poor`: scores that part them badly; `hidden`: a fifth of the true ones score
like anything else, so that no threshold would find them.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from announce import announce

from yamnet_gui.detection.counting import (
    SampleCounts,
    Stratum,
    allocation,
    estimate,
    first_allocation,
    over_time,
    reviews_for,
    strata_of,
    stratum_of,
)

Array = np.ndarray
RUNS, QUICK_RUNS = 1000, 100
UNITS, HOURS = 6000, 300
THRESHOLD = 0.25
FIRST, MORE = 150, 100
HOURS_EACH = 10  # hours are estimated in two of so many runs: they take most of the time
SCORES = ("good", "poor", "hidden")
PREVALENCES = (1 / 3, 1 / 300)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_RUNS} runs of each")
    options = parser.parse_args()
    announce(300, 35, quick=options.quick)
    figures = []
    for scores in SCORES:
        for prevalence in PREVALENCES:
            runs = QUICK_RUNS if options.quick else RUNS
            figures.append(measured(scores, prevalence, runs))
            report(figures[-1])
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def population(
    rng: np.random.Generator, scores: str, prevalence: float, bursts: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which units are true, their scores, and their hours."""
    hours = rng.integers(0, HOURS, UNITS)
    rate = rng.gamma(0.5, 2.0, HOURS) if bursts else np.ones(HOURS)
    # odds, so that a factor on them stays a probability
    odds = prevalence / (1 - prevalence) * rate[hours]
    true = rng.random(UNITS) < odds / (1 + odds)
    middle, other = (-1.5, -3.8) if scores == "poor" else (0.3, -4.2)
    alike = rng.random(UNITS) < (0.2 if scores == "hidden" else 0.0)
    logit = np.where(true & ~alike, rng.normal(middle, 1.6, UNITS), rng.normal(other, 1.4, UNITS))
    return true, 1 / (1 + np.exp(-logit)), hours


def measured(scores: str, prevalence: float, runs: int) -> dict[str, Any]:
    inside: dict[str, list[int]] = {"events": [], "hours": [], "recall": []}
    widths, errors, goals = [], [], []
    for run in range(runs):
        rng = np.random.default_rng(run)
        true, score, hours = population(rng, scores, prevalence, bursts=run % 2 == 0)
        found = score >= THRESHOLD
        strata = strata_of(score, found)
        place = stratum_of(strata, score, found)
        order = rng.permutation(UNITS)
        size = np.bincount(place, minlength=len(strata))
        chosen = first_allocation(size, FIRST)
        counts = reviewed(place, hours, true, order, chosen, strata)
        before = estimate(counts, seed=run, draws=500).events
        needed = reviews_for(counts, before, before.precision / 1.5)
        chosen = chosen + allocation(size, chosen, counts.right.sum(1), MORE)
        counts = reviewed(place, hours, true, order, chosen, strata)
        result = estimate(counts, seed=run, draws=2000)
        figures = [("events", result.events, float(true.sum()))]
        if result.recall is not None and true.any():
            figures.append(("recall", result.recall, float((true & found).sum() / true.sum())))
        if run % HOURS_EACH < 2:  # one with bursts, one without
            figures.append(
                ("hours", over_time(counts, seed=run).hours, float(len(np.unique(hours[true]))))
            )
        for name, figure, truth in figures:
            inside[name].append(int(truth > figure.high + 1e-9) - int(truth < figure.low - 1e-9))
        least = max(float(true.sum()), 1.0)
        widths.append((result.events.high - result.events.low) / least)
        errors.append((result.events.value - true.sum()) / least)
        goals.append(needed)
    return {
        "scores": scores,
        "prevalence": prevalence,
        "runs": {name: len(sides) for name, sides in inside.items()},
        "reviews": int(chosen.sum()),
        "held": {name: sides.count(0) / len(sides) for name, sides in inside.items()},
        "truth_below": {name: sides.count(-1) / len(sides) for name, sides in inside.items()},
        "truth_above": {name: sides.count(1) / len(sides) for name, sides in inside.items()},
        "width": float(np.median(widths)),
        "bias": float(np.mean(errors)),
        "more_reviews_for_two_thirds_of_the_width": float(np.median(goals)),
    }


def reviewed(
    place: Array, hours: Array, true: Array, order: Array, chosen: Array, strata: Sequence[Stratum]
) -> SampleCounts:
    """The tables of a sample: the first `chosen` units of each stratum in a random order."""
    shape = (len(strata), HOURS)
    sizes, done, right = (np.zeros(shape, np.int64) for _ in range(3))
    np.add.at(sizes, (place, hours), 1)
    for h, count in enumerate(chosen):
        mine = order[place[order] == h][:count]
        np.add.at(done[h], hours[mine], 1)
        np.add.at(right[h], hours[mine[true[mine]]], 1)
    return SampleCounts(
        sizes,
        done,
        right,
        np.array([s.detected for s in strata]),
        np.zeros((2, HOURS), np.int64),
        np.arange(HOURS),
    )


def report(figures: dict[str, Any]) -> None:
    held = ", ".join(
        f"{name} {share:.3f} (truth below {figures['truth_below'][name]:.3f},"
        f" above {figures['truth_above'][name]:.3f})"
        for name, share in figures["held"].items()
    )
    print(
        f"{figures['scores']:6} 1 in {1 / figures['prevalence']:.0f}, {figures['reviews']} reviews"
        f" of {UNITS}: held {held}; width {figures['width']:.2f} of the number, bias"
        f" {figures['bias']:+.3f}",
        flush=True,
    )


if __name__ == "__main__":
    raise SystemExit(main())
