"""A self-contained page about labels: events by time, their scores, and how they were made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from pathlib import Path

from yamnet_gui import __version__
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording, ReviewState
from yamnet_gui.core.files import replacing
from yamnet_gui.core.text import counted, grouped, percent
from yamnet_gui.labels.overwrite_guard import spare

from .report_charts import clock_text, heat_map, histogram, timeline
from .report_numbers import LabelNumbers, by_hour, by_label

LABELS_IN_CHARTS = 40
HISTOGRAMS = 24
TIMELINES = 100

STYLE = (
    """
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#5b6672;--line:#d5dbe1;--soft:#f2f4f7;
--main:#1f6fb2;--in:#fff;--accepted:#1a7f5a;--rejected:#b3402e;--uncertain:#b07c10;
--unreviewed:#7a8794}
@media (prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e6e9ed;--dim:#9aa5b1;--line:#333b44;
--soft:#1d2228;--main:#6cb2ee;--in:#10151a;--accepted:#4fc393;--rejected:#ec7c68;
--uncertain:#e0b14c;--unreviewed:#8d99a6}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1040px;padding:32px 24px;background:var(--bg);color:var(--fg);
font:15px/1.5 system-ui,sans-serif}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:36px 0 8px}h3{font-size:14px;margin:0}
p{margin:4px 0 12px;max-width:75ch}.dim{color:var(--dim)}
.tiles{display:flex;flex-wrap:wrap;gap:12px;margin:20px 0}
.tiles div{background:var(--soft);border-radius:8px;padding:10px 16px;min-width:130px}
.tiles b{display:block;font-size:22px;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{padding:4px 8px;border-bottom:1px solid var(--line);text-align:right;
font-variant-numeric:tabular-nums;white-space:nowrap}
th:first-child,td:first-child{text-align:left;white-space:normal;overflow-wrap:anywhere;width:40%}
th{color:var(--dim);font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px}dt{color:var(--dim)}
dd{margin:0;overflow-wrap:anywhere}
svg{display:block;max-width:100%;height:auto}text{font:11px system-ui,sans-serif;fill:var(--fg)}
.n{font-size:12px}.a{fill:var(--dim)}.m{text-anchor:middle}.e{text-anchor:end}.i{fill:var(--in)}
.h{fill:var(--main)}.z{fill:var(--soft)}.l{stroke:var(--line);stroke-width:1}
.grid{display:flex;flex-wrap:wrap;gap:20px}.grid figure{margin:0;width:220px}
figcaption,h3{overflow-wrap:anywhere;font-size:13px}
.rec{margin:16px 0;break-inside:avoid}.key{display:flex;flex-wrap:wrap;gap:16px}
.key span::before{content:"";display:inline-block;width:12px;height:12px;margin-right:6px;
border-radius:2px;background:var(--c)}
"""
    + "".join(
        f".s-{state.value}{{fill:var(--{state.value})}}.k-{state.value}{{--c:var(--{state.value})}}"
        for state in ReviewState
    )
    + """
@media print{:root{color-scheme:light;--bg:#fff;--fg:#000;--dim:#444;--line:#bbb;--soft:#f2f2f2;
--main:#1f6fb2;--in:#fff;--accepted:#1a7f5a;--rejected:#b3402e;--uncertain:#b07c10;
--unreviewed:#7a8794}body{max-width:none;padding:0;font-size:11pt}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
h2,h3,p,.key{break-after:avoid}tr,figure,svg,dl{break-inside:avoid}
table{font-size:9pt}th,td{padding:2px 6px}thead{display:table-header-group}}
@page{margin:15mm}
"""
)


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """How the labels were made. `made_with`: more facts by name (rules, thresholds, versions)."""

    title: str
    made_at: datetime
    made_with: Mapping[str, str] = field(default_factory=dict)

    def with_events(self, remark: str) -> "ReportFacts":
        """The same with a remark on which events are in the report, unless it is empty."""
        more = {"Events": remark} if remark else {}
        return replace(self, made_with={**self.made_with, **more})


def write_report(recordings: Sequence[LabelledRecording], path: Path, facts: ReportFacts) -> Path:
    """Writes the page; if that fails, the old one stays.

    Raises LabelsError, also where `path` is a recording or a project.
    """
    spare(path, (r.recording.path for r in recordings))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as beside, beside.open("wb") as file:
            for line in report_lines(recordings, facts):
                raw = line.encode("utf-8", "surrogateescape")  # names of files may be any bytes
                file.write(raw.decode("utf-8", "backslashreplace").encode())
    except UnicodeEncodeError as error:
        raise LabelsError(path, "a name cannot be written as UTF-8") from error
    except OSError as error:
        raise LabelsError(path, f"cannot be written ({error.strerror or error})") from error
    return path


def report_lines(recordings: Sequence[LabelledRecording], facts: ReportFacts) -> Iterator[str]:
    """The page as HTML. It loads nothing from elsewhere, and its policy forbids it."""
    numbers = by_label(recordings)
    yield '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{escape(facts.title)}</title>\n<style>{STYLE}</style></head>\n<body>\n"
    yield f"<header><h1>{escape(facts.title)}</h1>"
    yield f'<p class="dim">{facts.made_at:%Y-%m-%d %H:%M %Z}</p></header>\n<main>\n'
    yield from _tiles(recordings, numbers)
    yield from _labels(numbers)
    yield from _hours(recordings, numbers)
    yield from _scores(numbers)
    yield from _timelines(recordings, numbers)
    yield from _making(recordings, facts)
    yield from _all_labels(numbers)
    yield "</main>\n</body></html>\n"


def _tiles(
    recordings: Sequence[LabelledRecording], numbers: Sequence[LabelNumbers]
) -> Iterator[str]:
    events = sum(n.events for n in numbers)
    decided = sum(n.events - n.states[ReviewState.UNREVIEWED] for n in numbers)
    seconds = sum(r.recording.duration_s for r in recordings)
    tiles = {
        "recordings": grouped(len(recordings)),
        "recorded (h:mm:ss)": clock_text(seconds),
        "events": grouped(events),
        "labels": grouped(len(numbers)),
        "reviewed": percent(decided / events) if events else "–",
    }
    boxes = "".join(f"<div><b>{value}</b>{name}</div>" for name, value in tiles.items())
    yield f'<div class="tiles">{boxes}</div>\n'


def _labels(numbers: Sequence[LabelNumbers]) -> Iterator[str]:
    yield "<section><h2>Labels</h2>\n"
    yield "<p>Rejected events do not count for the time and the order."
    if len(numbers) > LABELS_IN_CHARTS:
        yield f" All {counted(len(numbers), 'label')} are listed at the end."
    yield "</p>\n"
    yield from _table(numbers[:LABELS_IN_CHARTS], _states(numbers))
    yield "</section>\n"


def _all_labels(numbers: Sequence[LabelNumbers]) -> Iterator[str]:
    if len(numbers) > LABELS_IN_CHARTS:
        yield "<section><h2>All labels</h2>\n"
        yield from _table(numbers, _states(numbers))
        yield "</section>\n"


def _states(numbers: Sequence[LabelNumbers]) -> list[ReviewState]:
    """States that any event is in; empty columns are left out."""
    return [state for state in ReviewState if any(n.states[state] for n in numbers)]


def _table(numbers: Sequence[LabelNumbers], states: Sequence[ReviewState]) -> Iterator[str]:
    yield '<div class="wide"><table><thead><tr><th>Label</th><th>Events</th><th>Time</th>'
    yield "".join(f"<th>{state.value.capitalize()}</th>" for state in states)
    yield "<th>Median score</th></tr></thead><tbody>\n"
    for n in numbers:
        cells = "".join(
            f"<td>{grouped(n.states[state]) if n.states[state] else ''}</td>" for state in states
        )
        median = f"{n.median_score:.2f}" if n.median_score is not None else "–"
        label = escape(n.label) or "(no label)"
        yield f"<tr><td>{label}</td><td>{grouped(n.events)}</td><td>{clock_text(n.seconds)}</td>"
        yield f"{cells}<td>{median}</td></tr>\n"
    yield "</tbody></table></div>\n"


def _hours(
    recordings: Sequence[LabelledRecording], numbers: Sequence[LabelNumbers]
) -> Iterator[str]:
    hours = by_hour(recordings)
    shown = [n.label for n in numbers if n.counted][:LABELS_IN_CHARTS]
    if not shown:
        return
    what = "of the day" if hours.of_day else "from the start of each recording"
    yield f"<section><h2>Events by hour {what}</h2>\n"
    yield "<p>Events by the hour in which they begin, without rejected ones. Counts depend on how "
    yield "long was recorded in each hour; see the last line. Hours without a recording "
    yield "are left blank."
    if hours.without_clock:
        without = counted(hours.without_clock, "recording")
        verb = "is" if hours.without_clock == 1 else "are"
        yield f" {without} without a known start time {verb} not included."
    yield _rest(len([n for n in numbers if n.counted]), len(shown), "labels")
    yield f'</p>\n<div class="wide">{heat_map(hours, shown)}</div></section>\n'


def _scores(numbers: Sequence[LabelNumbers]) -> Iterator[str]:
    scored = [n for n in numbers if any(n.histogram)]
    if not scored:
        return
    yield "<section><h2>Scores</h2>\n<p>Events by their highest score, which is not a probability. "
    yield "The number at the top right is the count of the highest bar."
    yield _rest(len(scored), HISTOGRAMS, "labels")
    yield '</p>\n<div class="grid">\n'
    for n in scored[:HISTOGRAMS]:
        yield f"<figure><figcaption>{escape(n.label) or '(no label)'}</figcaption>"
        yield f"{histogram(n)}</figure>\n"
    yield "</div></section>\n"


def _timelines(
    recordings: Sequence[LabelledRecording], numbers: Sequence[LabelNumbers]
) -> Iterator[str]:
    full = [r for r in recordings if len(r.events)]
    if not full:
        return
    yield "<section><h2>Timelines</h2>\n<p>The twelve most frequent labels of each recording."
    yield _rest(len(full), TIMELINES, "recordings")
    yield '</p>\n<p class="key">'
    yield "".join(f'<span class="k-{s.value}">{s.value}</span>' for s in ReviewState)
    yield "</p>\n"
    for recording in full[:TIMELINES]:
        info = recording.recording
        start = f" · {info.recorded_at:%Y-%m-%d %H:%M:%S %Z}" if info.recorded_at else ""
        present = [n.label for n in by_label([recording])]
        chart = timeline(list(recording.events), info.duration_s, present)
        yield f'<div class="rec"><h3>{escape(info.path.name)}<span class="dim"> · '
        yield f"{counted(len(recording.events), 'event')}{start}</span></h3>"
        yield f'<div class="wide">{chart}</div></div>\n'
    yield "</section>\n"


def _rest(total: int, shown: int, what: str) -> str:
    return f" {grouped(total - shown)} more {what} are not shown." if total > shown else ""


def _making(recordings: Sequence[LabelledRecording], facts: ReportFacts) -> Iterator[str]:
    models = sorted({r.model_sha256 for r in recordings if r.model_sha256})
    rules = sorted({e.rules_id for r in recordings for e in r.events if e.rules_id})
    reviewers = sorted({e.reviewer for r in recordings for e in r.events if e.reviewer})
    rows = {
        "Program": f"yamnet_gui {__version__}",
        "Model (SHA-256 of its weights)": ", ".join(models) or "unknown",
        "Rules": ", ".join(rules) or "unknown",
        "Reviewers": ", ".join(reviewers) or "none",
        **facts.made_with,
    }
    yield "<section><h2>How it was made</h2>\n<dl>"
    for name, value in rows.items():
        yield f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>\n"
    yield "</dl></section>\n"
