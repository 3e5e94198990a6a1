"""What figures are based on, in sentences."""

from yamnet_gui.core.text import counted
from yamnet_gui.detection import Tuning
from yamnet_gui.detection.evaluation import ReviewedReference, total
from yamnet_gui.gui.times import length
from yamnet_gui.quality.evaluation import Curve, Measurement
from yamnet_gui.quality.references import Skipped

_NAMED = 3


def basis_words(found: Measurement | None) -> str:
    """What was measured on, and what was left out and why."""
    if found is None:
        return (
            "Measures the events of the current rules against the project's decisions, or "
            "against a reference table."
        )
    on = found.on
    text = f"Measured by {on.source} on {counted(len(on.items), 'recording')}"
    text += f": {counted(on.true_events, 'true event')}"
    reviewed = any(isinstance(s.reference, ReviewedReference) for s in on.items)
    if reviewed:
        text += f" among {counted(on.decisions, 'decision')}"
        if on.reviewed_s:
            text += f", {length(on.reviewed_s)} reviewed for every class"
    text += "."
    if reviewed:
        text += " What nobody has decided on or reviewed does not count."
        if found.below:
            text += " Classes that nobody decided about are left out."
        if not on.reviewed_s:
            text += (
                " No part was reviewed for every class, so events that nobody drew are "
                "missing from recall, and there is no PSDS."
            )
    if not on.items:
        text = "Nothing can be measured yet."
        if not on.skipped:
            text += (
                " Accept, reject or draw events, or mark parts as reviewed"
                " (menu Review); or choose a reference table."
            )
    return text + left_out_words(on.skipped)


def overall_words(found: Measurement | None) -> str:
    """The overall figures, as rich text."""
    if found is None or not found.on.items:
        return ""
    result = found.evaluation
    parts = []
    for name, value, interval in (
        ("Event F1 (0.5 s)", result.event_f1(0.5), found.interval("0.5")),
        ("Event F1 (0.2 s)", result.event_f1(0.2), found.interval("0.2")),
        ("Segment F1 (1 s)", result.segment_f1, found.interval("segments")),
    ):
        shown = "–" if value is None else f"<b>{value:.3f}</b>"
        if interval is not None and value is not None:
            shown += f" ({interval[0]:.2f}–{interval[1]:.2f})"
        parts.append(f"{name} {shown}")
    psds = "–" if result.psds is None else f"<b>{result.psds.score:.3f}</b>"
    parts.append(f"PSDS {psds}")
    counts = total(result.events[0.5])
    text = " &nbsp;·&nbsp; ".join(parts)
    text += f" &nbsp;·&nbsp; {counts.hits} of {counts.reference} found, {counts.wrong} wrong"
    if found.interval("0.5") is not None:
        text += ". In brackets: 90 % interval over recordings."
    else:
        text += ". Too few recordings for an interval."
    return text


def curve_words(found: Curve) -> str:
    """Where the present threshold stands on a curve."""
    curve, place = found.curve, found.place
    return (
        f"{found.label}: at its threshold of {found.present:.2f} precision is "
        f"{curve.precision[place]:.2f} and recall {curve.recall[place]:.2f} "
        f"(events, {found.collar_s:g} s). A click on the curve sets the threshold."
    )


def tuning_words(found: Tuning, measure: str, alone: bool = False) -> str:
    """What tuning found, and what to expect of it. `alone`: each class counted by itself, other
    than in the figures above."""
    before, fitted, honest = map(_figure, (found.before_f1, found.fitted_f1, found.honest_f1))
    each = ", each class by itself" if alone else ""
    text = f"{measure[0].upper()}{measure[1:]}{each}: {before} with the present rules. "
    text += f"Tuned {fitted} on the same recordings, which is too good to be true. "
    if not found.folds:
        return (
            f"{text}With one recording nothing can be held out: nobody knows what to expect of "
            "others."
        )
    text += f"On recordings held out ({found.folds} folds): {honest}, which is what to expect. "
    if not found.worth_it:
        text += "That is no better than the present rules."
    elif found.changed:
        text += f"Other rules for {_named(found.changed)}."
    else:
        rule = found.rules.default
        text += f"Default: on {rule.on:.2f}, off {rule.off:.2f}, gaps up to {rule.merge_gap_s:g} s."
    return text


def left_out_words(skipped: tuple[Skipped, ...]) -> str:
    """Which recordings are not in it, by reason."""
    by_reason: dict[str, list[str]] = {}
    for one in skipped:
        by_reason.setdefault(one.reason, []).append(one.name)
    return "".join(f" Left out: {_named(names)} – {why}." for why, names in by_reason.items())


def _named(names: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
