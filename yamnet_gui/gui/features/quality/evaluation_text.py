"""Sentences about metrics: what they are based on, and what tuning achieved."""

from yamnet_gui.core.text import counted, grouped, threshold_text
from yamnet_gui.detection import Tuning
from yamnet_gui.detection.evaluation import ReviewedReference, total
from yamnet_gui.gui.times import length
from yamnet_gui.quality.evaluation import Curve, Measurement
from yamnet_gui.quality.references import Skipped

_NAMED = 3


def basis_words(measurement: Measurement | None) -> str:
    """The recordings and the reference of the measurement, and what was left out and why."""
    if measurement is None:
        return (
            "Measures the events of the current rules against the project's decisions, or "
            "against a reference table."
        )
    on = measurement.on
    text = f"Measured against {on.source} on {counted(len(on.items), 'recording')}"
    text += f": {counted(on.true_events, 'true event')}"
    reviewed = _by_review(measurement)
    if reviewed:
        text += f" among {counted(on.decisions, 'decision')}"
        if on.reviewed_s:
            text += f", {length(on.reviewed_s)} reviewed for every class"
    text += "."
    if reviewed:
        text += " Parts without decisions or reviews do not count."
        if measurement.below:
            text += " Classes without decisions are left out."
        if not on.reviewed_s:
            text += (
                " No part was reviewed for every class, so recall ignores missed events that were "
                "not drawn, and there is no PSDS."
            )
    if not on.items:
        text = "Nothing can be measured yet."
        if not on.skipped:
            text += (
                " Accept, reject or draw events, or mark parts as reviewed"
                " (menu Review); or choose a reference table."
            )
    return text + left_out_words(on.skipped)


def _by_review(measurement: Measurement) -> bool:
    return any(isinstance(s.reference, ReviewedReference) for s in measurement.on.items)


def _only_decisions(measurement: Measurement) -> bool:
    """Whether what nobody decided about is unknown, so that recall is of what was proposed."""
    return _by_review(measurement) and not measurement.on.reviewed_s


def overall_words(measurement: Measurement | None) -> str:
    """The overall metrics, as rich text."""
    if measurement is None or not measurement.on.items:
        return ""
    result = measurement.evaluation
    parts = []
    for name, value, interval in (
        ("Event F1 (0.5 s)", result.event_f1(0.5), measurement.interval("0.5")),
        ("Event F1 (0.2 s)", result.event_f1(0.2), measurement.interval("0.2")),
        ("Segment F1 (1 s)", result.segment_f1, measurement.interval("segments")),
    ):
        shown = "–" if value is None else f"<b>{value:.3f}</b>"
        if interval is not None and value is not None:
            shown += f" ({interval[0]:.2f}–{interval[1]:.2f})"
        parts.append(f"{name} {shown}")
    psds = "–" if result.psds is None else f"<b>{result.psds.score:.3f}</b>"
    parts.append(f"PSDS {psds}")
    counts = total(result.events[0.5])
    text = " &nbsp;·&nbsp; ".join(parts)
    if _only_decisions(measurement):
        text = f"Among decided events only: {text}"
    text += f" &nbsp;·&nbsp; {grouped(counts.hits)} of {grouped(counts.reference)} detected"
    text += f", {grouped(counts.wrong)} wrong"
    if measurement.interval("0.5") is not None:
        text += ". In brackets: 90% interval over recordings."
    else:
        text += ". Too few recordings for an interval."
    return text


def curve_words(curve: Curve) -> str:
    """Precision and recall at the current threshold."""
    points, place = curve.curve, curve.place
    return (
        f"{curve.label}: at its threshold of {threshold_text(curve.present)} precision is "
        f"{points.precision[place]:.2f} and recall {points.recall[place]:.2f} "
        f"(events, {curve.collar_s:g} s). A click on the curve sets the threshold."
    )


def tuning_words(tuning: Tuning, measure: str, alone: bool = False) -> str:
    """What tuning achieved, and what to expect of it. `alone`: each class was counted by itself,
    unlike in the metrics above."""
    before, fitted, held_out = map(
        _decimal, (tuning.before_f1, tuning.fitted_f1, tuning.cross_validated_f1)
    )
    each = ", each class by itself" if alone else ""
    text = f"{measure[0].upper()}{measure[1:]}{each}: {before} with the current rules. "
    text += f"Tuned: {fitted} on the same recordings, which is optimistic. "
    if not tuning.folds:
        return (
            f"{text}With one recording nothing can be held out, so the F1 on other recordings "
            "is unknown."
        )
    text += f"On recordings held out ({tuning.folds} folds): {held_out}, which is what to expect. "
    if not tuning.worth_it:
        text += "That is no better than the current rules."
    elif tuning.changed:
        text += f"Changed rules: {_named(tuning.changed)}."
    else:
        rule = tuning.rules.default
        on = threshold_text(rule.on or 0.0)
        text += f"Default: on {on}, off {rule.off:.2f}, gaps up to {rule.merge_gap_s:g} s."
    return text


def left_out_words(skipped: tuple[Skipped, ...]) -> str:
    """Names of the recordings that were left out, by reason."""
    by_reason: dict[str, list[str]] = {}
    for one in skipped:
        by_reason.setdefault(one.reason, []).append(one.name)
    return "".join(f" Left out: {_named(names)} – {why}." for why, names in by_reason.items())


def _named(names: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {grouped(len(names) - _NAMED)} more" if len(names) > _NAMED else shown


def _decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
