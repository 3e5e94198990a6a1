"""Charts of a report as inline SVG; colours come from the page, so they follow light and dark."""

from collections.abc import Iterator, Sequence
from html import escape

from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.marks import decimals_for, time_step
from yamnet_gui.core.text import grouped

from .report_numbers import SCORE_BINS, Hours, LabelNumbers

_WIDTH = 960
_NAME_WIDTH = 200
_ROW = 18
_WIDEST_CELL = 64.0
_LANES_AT_MOST = 12
_TIMES_AT_MOST = 8
_HALF_A_TIME = 30


def short(text: str, longest: int = 30) -> str:
    """A label for a row, cut where it is too long."""
    text = " ".join(text.split()) or "(no label)"
    return text if len(text) <= longest else text[: longest - 1] + "…"


def clock_text(seconds: float, decimals: int = 0) -> str:
    """`h:mm:ss` of a time in seconds, with decimals where they are asked for."""
    whole, part = divmod(round(seconds * 10**decimals), 10**decimals)
    text = f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{text}.{part:0{decimals}}" if decimals else text


def _svg(width: float, height: float, name: str, parts: Iterator[str]) -> str:
    body = "".join(parts)
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    return f'<svg {size} role="img" aria-label="{escape(name)}">{body}</svg>'


def _name(label: str, y: float) -> str:
    full = escape(label)
    return f'<text x="0" y="{y:g}" class="n">{escape(short(label))}<title>{full}</title></text>'


def heat_map(hours: Hours, labels: Sequence[str]) -> str:
    """Events by label and hour; the darkest cell is the highest count of all."""
    columns = len(hours.names)
    cell = min((_WIDTH - _NAME_WIDTH) / max(columns, 1), _WIDEST_CELL)
    none = (0,) * columns
    rows = [(label, hours.counts.get(label, none)) for label in labels]
    most = max((max(counts) for _, counts in rows), default=0)

    def parts() -> Iterator[str]:
        for k, name in enumerate(hours.names):
            x = _NAME_WIDTH + (k + 0.5) * cell
            yield f'<text x="{x:.1f}" y="12" class="a m">{name}</text>'
        for r, (label, counts) in enumerate(rows):
            y = 18 + r * _ROW
            yield _name(label, y + 13)
            for k, count in enumerate(counts):
                if not count and not hours.recorded_s[k]:
                    continue  # nothing was recorded: a gap, no zero
                yield from _heat_cell(_NAME_WIDTH + k * cell, y, cell, count, most)
        y = 18 + len(rows) * _ROW
        yield _name("minutes recorded", y + 15)
        for k, seconds in enumerate(hours.recorded_s):
            x = _NAME_WIDTH + (k + 0.5) * cell
            yield f'<text x="{x:.1f}" y="{y + 15}" class="a m">{seconds / 60:.0f}</text>'

    return _svg(_WIDTH, 18 + (len(rows) + 1) * _ROW + 4, "Events by hour", parts())


def _heat_cell(x: float, y: float, width: float, count: int, most: int) -> Iterator[str]:
    share = count / most if most else 0.0
    box = f'x="{x + 0.5:.1f}" y="{y}" width="{max(width - 1, 1):.1f}" height="{_ROW - 1}"'
    if not count:
        yield f'<rect {box} class="z"/>'
        return
    yield f'<rect {box} class="h" fill-opacity="{0.15 + 0.85 * share:.2f}"/>'
    if width >= 7 * len(str(count)):
        tone = "m i" if share > 0.5 else "m"
        yield f'<text x="{x + width / 2:.1f}" y="{y + 13}" class="{tone}">{grouped(count)}</text>'


def histogram(numbers: LabelNumbers) -> str:
    """Events by highest score in 20 bins from 0 to 1."""
    width, height = 220.0, 80.0
    most = max(numbers.histogram)
    bar = width / SCORE_BINS

    def parts() -> Iterator[str]:
        for k, count in enumerate(numbers.histogram):
            tall = (height - 18) * count / most if most else 0
            span = f"{k / SCORE_BINS:.2f} to {(k + 1) / SCORE_BINS:.2f}"
            box = f'x="{k * bar + 0.5:.1f}" y="{height - 14 - tall:.1f}" width="{bar - 1:.1f}"'
            yield f'<rect {box} height="{tall:.1f}" class="h">'
            yield f"<title>{span}: {grouped(count)}</title></rect>"
        yield f'<line x1="0" x2="{width:g}" y1="{height - 14:g}" y2="{height - 14:g}" class="l"/>'
        for share in (0.0, 0.5, 1.0):
            anchor = {0.0: "a", 0.5: "a m", 1.0: "a e"}[share]
            x, y = share * width, height - 2
            yield f'<text x="{x:g}" y="{y:g}" class="{anchor}">{share:g}</text>'
        yield f'<text x="{width:g}" y="9" class="a e">{grouped(most)}</text>'

    return _svg(width, height, f"Scores of {numbers.label}", parts())


def timeline(events: Sequence[Event], duration_s: float, labels: Sequence[str]) -> str:
    """A lane per label. Events that fall on the same half pixel are drawn once."""
    lanes = list(labels)[:_LANES_AT_MOST]
    end = max(duration_s, max((e.offset_s for e in events), default=0.0), 1e-3)
    scale = (_WIDTH - _NAME_WIDTH) / end
    height = (len(lanes) + 1) * _ROW + 4

    def parts() -> Iterator[str]:
        for r, label in enumerate(lanes):
            y = r * _ROW
            yield _name(label, y + 13)
            yield (
                f'<line x1="{_NAME_WIDTH}" x2="{_WIDTH}" y1="{y + _ROW - 1}" '
                f'y2="{y + _ROW - 1}" class="l"/>'
            )
            yield from _lane([e for e in events if e.label == label], y, scale)
        y = len(lanes) * _ROW + 14
        step = time_step(end / _TIMES_AT_MOST)
        for k in range(int(end / step + 1e-9) + 1):
            x = _NAME_WIDTH + k * step * scale
            anchor = "a" if k == 0 else "a e" if x > _WIDTH - _HALF_A_TIME else "a m"
            text = clock_text(k * step, decimals_for(step))
            yield f'<text x="{x:g}" y="{y}" class="{anchor}">{text}</text>'

    return _svg(_WIDTH, height, "Timeline", parts())


def _lane(events: Sequence[Event], y: float, scale: float) -> Iterator[str]:
    drawn: set[tuple[int, int, ReviewState]] = set()
    for event in events:
        left = round(2 * event.onset_s * scale)
        right = max(round(2 * event.offset_s * scale), left + 2)
        if (left, right, event.state) in drawn:
            continue
        drawn.add((left, right, event.state))
        x, width = _NAME_WIDTH + left / 2, (right - left) / 2
        box = f'x="{x:g}" y="{y + 3:g}" width="{width:g}" height="{_ROW - 6}"'
        yield f'<rect {box} class="s-{event.state.value}"/>'
