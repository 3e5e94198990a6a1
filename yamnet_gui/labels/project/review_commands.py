"""Commands that mark segments of a recording as reviewed."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from yamnet_gui.core.events import ReviewedSpan
from yamnet_gui.core.spans import TimeSpan

from .command import Change, Command
from .models import Reviewed


def set_reviewed(recording_id: str, old: Reviewed, spans: Iterable[ReviewedSpan]) -> Command:
    """Replaces all reviewed segments of a recording; `old`: as `recordings.reviewed` gives."""
    change = Change(recording_id, old, Reviewed(tuple(spans)))
    return Command("reviewed segments", (change,))


def mark_reviewed(
    recording_id: str,
    old: Reviewed,
    span: TimeSpan,
    labels: Iterable[str] = (),
    reviewer: str = "",
    now: datetime | None = None,
) -> Command:
    """Marks a segment as reviewed for these labels (none: for all).

    Spans of the same labels and reviewer that touch it become one.
    """
    names = tuple(sorted(set(labels)))
    start, end, result = span.start_s, span.end_s, []
    for stored in sorted(old.spans, key=lambda s: s.span):
        same = (stored.labels, stored.reviewer) == (names, reviewer)
        if same and stored.span.start_s <= end and stored.span.end_s >= start:
            start, end = min(start, stored.span.start_s), max(end, stored.span.end_s)
        else:
            result.append(stored)
    result.append(
        ReviewedSpan(
            TimeSpan(start, end), names, reviewer, now or datetime.now(UTC).replace(microsecond=0)
        )
    )
    return set_reviewed(recording_id, old, sorted(result, key=lambda s: (s.span, s.labels)))


def mark_reviewed_segments(
    recording_id: str,
    old: Reviewed,
    spans_by_label: Mapping[str, Iterable[TimeSpan]],
    reviewer: str = "",
    now: datetime | None = None,
) -> Command:
    """Marks segments as reviewed for one label each; quick for thousands of them."""
    when = now or datetime.now(UTC).replace(microsecond=0)
    result = list(old.spans)
    for label, spans in spans_by_label.items():
        mine = [s for s in result if (s.labels, s.reviewer) == ((label,), reviewer)]
        result = [s for s in result if (s.labels, s.reviewer) != ((label,), reviewer)]
        new = [ReviewedSpan(span, (label,), reviewer, when) for span in spans]
        result.extend(_joined([*mine, *new]))
    return set_reviewed(recording_id, old, sorted(result, key=lambda s: (s.span, s.labels)))


def _joined(spans: Iterable[ReviewedSpan]) -> list[ReviewedSpan]:
    """Spans of the same label and reviewer; those that touch become one, as of the latest."""
    joined: list[ReviewedSpan] = []
    for span in sorted(spans, key=lambda s: s.span):
        last = joined[-1] if joined else None
        if last is None or span.span.start_s > last.span.end_s:
            joined.append(span)
        else:
            end = max(last.span.end_s, span.span.end_s)
            dates = [s.reviewed_utc for s in (last, span) if s.reviewed_utc is not None]
            joined[-1] = replace(
                last,
                span=TimeSpan(last.span.start_s, end),
                reviewed_utc=max(dates, default=None),
            )
    return joined


def unmark_reviewed(
    recording_id: str, old: Reviewed, span: TimeSpan, labels: Iterable[str] | None = None
) -> Command:
    """Cuts the segment out of the reviewed spans with exactly these labels (None: of all)."""
    names = None if labels is None else tuple(sorted(set(labels)))
    result: list[ReviewedSpan] = []
    for stored in old.spans:
        if (names is not None and stored.labels != names) or not stored.span.overlaps(span):
            result.append(stored)
            continue
        if stored.span.start_s < span.start_s:
            result.append(replace(stored, span=TimeSpan(stored.span.start_s, span.start_s)))
        if span.end_s < stored.span.end_s:
            result.append(replace(stored, span=TimeSpan(span.end_s, stored.span.end_s)))
    return set_reviewed(recording_id, old, result)
