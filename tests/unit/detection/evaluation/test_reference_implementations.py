"""Our metrics against the published reference implementations."""

import importlib
import os
import warnings
from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from yamnet_gui.detection.evaluation import (
    EventArrays,
    Pair,
    PsdsSettings,
    added,
    event_counts,
    mean_f1,
    psds,
    segment_counts,
    total,
)

from .lists import LABELS, random_pair


def reference_package(name: str) -> ModuleType:
    """The package; with YAMNET_GUI_JUDGES set all have to be installed, and a missing one fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if os.environ.get("YAMNET_GUI_JUDGES"):
            return importlib.import_module(name)
        return pytest.importorskip(name)


def as_dicts(spans_by_label: dict[str, EventArrays]) -> list[dict[str, Any]]:
    return [
        {"event_onset": on, "event_offset": off, "onset": on, "offset": off, "event_label": label}
        for label, spans in spans_by_label.items()
        for on, off in zip(spans.onset_s.tolist(), spans.offset_s.tolist(), strict=True)
    ]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("collar_s", [0.2, 0.5])
def test_event_counts_equal_sed_eval(seed: int, collar_s: float) -> None:
    sed_eval = reference_package("sed_eval")
    pairs = [random_pair(10 * seed + k) for k in range(3)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        metrics = sed_eval.sound_event.EventBasedMetrics(
            event_label_list=list(LABELS), t_collar=collar_s, percentage_of_length=0.2
        )
        for pair in pairs:
            metrics.evaluate(as_dicts(pair.reference), as_dicts(pair.estimated))
        overall = metrics.results_overall_metrics()["f_measure"]
        by_class = metrics.results_class_wise_metrics()
    counts = added(event_counts(pair, collar_s) for pair in pairs)
    ours = total(counts)
    assert ours.f1 == pytest.approx(overall["f_measure"], abs=1e-6)
    assert (ours.precision or 0) == pytest.approx(overall["precision"], abs=1e-6)
    assert (ours.recall or 0) == pytest.approx(overall["recall"], abs=1e-6)
    for label in LABELS:
        theirs = by_class[label]["count"]
        assert (counts[label].reference, counts[label].estimated) == (
            theirs["Nref"],
            theirs["Nsys"],
        )
        f_measure = by_class[label]["f_measure"]["f_measure"]
        if counts[label].hits:
            assert counts[label].f1 == pytest.approx(f_measure, abs=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_segment_counts_equal_sed_eval(seed: int) -> None:
    sed_eval = reference_package("sed_eval")
    pairs = [random_pair(10 * seed + k) for k in range(3)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        metrics = sed_eval.sound_event.SegmentBasedMetrics(
            event_label_list=list(LABELS), time_resolution=1.0
        )
        for pair in pairs:
            metrics.evaluate(
                as_dicts(pair.reference),
                as_dicts(pair.estimated),
                evaluated_length_seconds=pair.duration_s,
            )
        overall = metrics.results_overall_metrics()["f_measure"]["f_measure"]
        average = metrics.results_class_wise_average_metrics()["f_measure"]["f_measure"]
    counts = added(segment_counts(pair) for pair in pairs)
    assert total(counts).f1 == pytest.approx(overall, abs=1e-6)
    assert mean_f1(counts) == pytest.approx(average, abs=1e-6)


def as_scores(pair: Pair, create: Any) -> Any:
    """The events as a score that is constant between all their edges."""
    edges = {0.0, pair.duration_s}
    for spans in pair.estimated.values():
        edges |= {*spans.onset_s.tolist(), *spans.offset_s.tolist()}
    times = np.array(sorted(edges))
    middle = (times[:-1] + times[1:]) / 2
    scores = np.zeros((len(middle), len(LABELS)))
    for column, label in enumerate(LABELS):
        spans = pair.estimated[label]
        for on, off, score in zip(spans.onset_s, spans.offset_s, spans.score, strict=True):
            scores[(middle > on) & (middle < off), column] = score
    return create(scores, times, event_classes=list(LABELS))


def reference_psds(pairs: Sequence[Pair], settings: PsdsSettings) -> tuple[float, dict[str, float]]:
    package = reference_package("sed_scores_eval")
    create = reference_package("sed_scores_eval.base_modules.scores").create_score_dataframe
    statistics = reference_package("sed_scores_eval.base_modules.statistics")
    original = statistics.onset_offset_curves

    def on_copies(*arrays: Any, **named: Any) -> Any:  # pandas 3 hands out read-only ones
        return original(*(np.array(a) if isinstance(a, np.ndarray) else a for a in arrays), **named)

    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        patch.setattr(statistics, "onset_offset_curves", on_copies)
        score, by_class, *_ = package.intersection_based.psds(
            scores={f"r{k}": as_scores(pair, create) for k, pair in enumerate(pairs)},
            ground_truth={
                f"r{k}": [
                    (e["onset"], e["offset"], e["event_label"]) for e in as_dicts(pair.reference)
                ]
                for k, pair in enumerate(pairs)
            },
            audio_durations={f"r{k}": pair.duration_s for k, pair in enumerate(pairs)},
            dtc_threshold=settings.detection,
            gtc_threshold=settings.reference,
            cttc_threshold=settings.cross if settings.cross_weight else None,
            alpha_ct=settings.cross_weight,
            alpha_st=settings.spread_weight,
            max_efpr=settings.highest_rate,
        )
    return score, by_class


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "settings",
    [
        PsdsSettings(),
        PsdsSettings(detection=0.1, reference=0.1, cross_weight=0.5),
        PsdsSettings(detection=0.5, reference=0.5, spread_weight=0.0, highest_rate=50.0),
    ],
)
def test_psds_equals_sed_scores_eval(seed: int, settings: PsdsSettings) -> None:
    # The reference implementation also tries a threshold below all scores, where a recording is
    # one detection; in a long recording that one is always wrong.
    pairs = [replace(random_pair(100 + 10 * seed + k), duration_s=2000.0) for k in range(3)]
    score, by_class = reference_psds(pairs, settings)
    ours = psds(pairs, LABELS, settings)
    assert ours is not None
    assert ours.score == pytest.approx(score, abs=1e-6)
    for label in LABELS:
        assert ours.by_label[label] == pytest.approx(by_class[label], abs=1e-6)
