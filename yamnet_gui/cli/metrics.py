"""Metrics of an evaluation as text, JSON and tables."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.text import counted, counted_more, grouped
from yamnet_gui.detection import Tuning
from yamnet_gui.detection.evaluation import COLLARS_S, Counts, Evaluation, Mismatch, total

_MOST_CONFUSIONS = 10


def lines_of(result: Evaluation, no_psds: str = "") -> list[str]:
    """The metrics as text: one line for each label, the total, PSDS and confusions.

    `no_psds`: why there is no PSDS.
    """
    width = max([len("all labels"), *map(len, result.labels)])
    head = f"{'':{width}}  segment F1  precision  recall"
    head += "".join(f"  event F1 {collar:g} s" for collar in COLLARS_S)
    head += "   PSDS    ref    est"
    lines = [f"{counted(result.recordings, 'recording')}, {result.duration_s:.1f} s", head]
    by_label = result.psds.by_label if result.psds is not None else {}
    for label in result.labels:
        at = {collar: result.events[collar].get(label, Counts()) for collar in COLLARS_S}
        segments = result.segments.get(label, Counts())
        lines.append(_line(label, width, segments, at, by_label.get(label)))
    overall = {collar: total(result.events[collar]) for collar in COLLARS_S}
    score = result.psds.score if result.psds is not None else None
    lines.append(_line("all labels", width, total(result.segments), overall, score))
    if result.psds is not None:
        lines.append(f"PSDS (scenario 1): {result.psds.score:.3f}")
    elif no_psds:
        lines.append(f"PSDS: {no_psds}")
    for confusion in result.confusions[:_MOST_CONFUSIONS]:
        text = f"{confusion.reference} detected as {confusion.estimated}: {confusion.seconds:.1f} s"
        lines.append(text)
    left = len(result.confusions) - _MOST_CONFUSIONS
    if left > 0:
        lines.append(f"and {counted_more(left, 'confusion')} (--json has all of them)")
    return lines


def tuning_lines(tuning: Tuning, measure: str) -> list[str]:
    """The result of tuning, and the score to expect."""
    lines = [
        f"{measure}, current rules:                     {_figure(tuning.before_f1)}",
        f"{measure}, tuned, on the same recordings:     {_figure(tuning.fitted_f1)}  (optimistic)",
    ]
    if tuning.folds:
        held = (
            f"{measure}, tuned, on held-out recordings:      {_figure(tuning.cross_validated_f1)}"
        )
        lines.append(f"{held}  (in {tuning.folds} folds; the score to expect)")
    else:
        lines.append("only one recording: none can be held out, so the score to expect is unknown")
    if not tuning.worth_it:
        lines.append("on held-out recordings the tuned rules are no better than the current ones")
    return lines


def tuning_json(tuning: Tuning) -> dict[str, Any]:
    """The metrics of a tuning, as written to JSON."""
    return {
        "before_f1": tuning.before_f1,
        "fitted_f1": tuning.fitted_f1,
        "held_out_f1": tuning.cross_validated_f1,
        "folds": tuning.folds,
        "changed": list(tuning.changed),
    }


def write_json(path: Path, figures: Mapping[str, Any]) -> None:
    """Raises SettingsError where the file cannot be written."""
    write_text(path, json.dumps(figures, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Raises SettingsError where the file cannot be written."""
    try:
        with replacing(path) as beside:
            beside.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(path, f"cannot be written ({error.strerror or error})") from error


def write_mismatches(path: Path, mismatches: Iterable[Mismatch], names: Sequence[str]) -> None:
    """One row for each missed, false or confused event. Raises SettingsError."""
    rows = []
    for m in mismatches:
        score = "" if m.score is None else f"{m.score:.4f}"
        times = (f"{m.onset_s:.3f}", f"{m.offset_s:.3f}")
        rows.append((names[m.pair], m.kind.value, m.reference, m.estimated, *times, score))
    try:
        with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "kind", "truth", "found", "onset_s", "offset_s", "score"])
            writer.writerows(rows)
    except OSError as error:
        raise SettingsError(path, f"cannot be written ({error.strerror or error})") from error


def _line(
    label: str,
    width: int,
    segments: Counts,
    events: Mapping[float, Counts],
    psds: float | None,
) -> str:
    text = f"{label:{width}}  {_figure(segments.f1):>10}  {_figure(segments.precision):>9}"
    text += f"  {_figure(segments.recall):>6}"
    text += "".join(f"  {_figure(e.f1):>14}" for e in events.values())
    widest = events[max(events)]
    text += f"  {_figure(psds):>5}  {grouped(widest.reference):>5}"
    return f"{text}  {grouped(widest.estimated):>5}"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
