"""`yamnet-gui rerun`: an analysis or an export once more, and what differs."""

import argparse
import sys
from contextlib import closing
from pathlib import Path

from yamnet_gui.batch.rerun import RerunOptions, rerun
from yamnet_gui.core.event_diff import EventDiff
from yamnet_gui.core.events import Event
from yamnet_gui.core.pipeline import completed
from yamnet_gui.core.provenance import in_words
from yamnet_gui.core.provenance_diff import CIRCUMSTANCES, Difference
from yamnet_gui.core.text import counted, grouped, printable
from yamnet_gui.labels.overwrite_guard import check_outputs

from .analyze import progress_in_words
from .arguments import positive_count
from .exit_status import OK, SOME_FAILED
from .network import add_network, named_weights
from .terminal import ProgressLine

_MOST_EVENTS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = """\
Everything is computed anew: nothing is taken from stored results, and no table is written.
Other versions, machines and changed output files are listed, too, but do not count as a difference.

Exit status: 0 the same results; 1 results differ, or recordings or weights are missing or changed;
2 bad input or options; 130 interrupted.
"""
    parser.add_argument(
        "provenance", type=Path, metavar="RUN.json", help="file that --provenance has written"
    )
    parser.add_argument(
        "--recordings",
        nargs="+",
        type=Path,
        default=[],
        metavar="FOLDER",
        help="where to look for recordings that are no longer where they were",
    )
    parser.add_argument(
        "--source",
        type=Path,
        metavar="PROJECT",
        help="project or table of an export, where it is no longer where it was",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT.json",
        help="write the provenance of the repetition",
    )
    parser.add_argument(
        "--jobs",
        type=positive_count,
        default=1,
        metavar="N",
        help="number of recordings to analyse in parallel (default: 1)",
    )
    add_network(parser)
    parser.set_defaults(runtime=None)


def run(options: argparse.Namespace) -> int:
    """Runs the command; 0 the same, 1 something differs. Raises UserError."""
    weights = named_weights(options)
    inputs = (options.provenance, weights, options.source, *options.recordings)
    check_outputs((options.output,), inputs)
    wanted = RerunOptions(
        weights=weights,
        source=options.source,
        folders=tuple(options.recordings),
        runtime=options.runtime,
        jobs=options.jobs,
        output=options.output,
        command=tuple(options.typed),
    )
    with ProgressLine() as line, closing(rerun(options.provenance, wanted)) as steps:
        result = completed(steps, lambda step: line.show(progress_in_words(step)))
    print(f"{printable(str(options.provenance))}: {in_words(result.before)}")
    for one in result.differences:
        _show(one)
    if options.output is not None:
        print(f"written: {printable(str(options.output))}", file=sys.stderr)
    real = [one for one in result.differences if one.kind not in CIRCUMSTANCES]
    if real:
        print(f"Not the same: {counted(len(real), 'difference')}.")
        return SOME_FAILED
    print(
        f"The same results: {counted(result.after.event_count, 'event')} in"
        f" {counted(len(result.after.recordings), 'recording')}."
    )
    return OK


def _show(one: Difference) -> None:
    print(f"  {one.kind.value}: {printable(str(one))}")
    lines = _lines(one.events)
    for text in lines[:_MOST_EVENTS]:
        print(f"    {text}")
    if (more := len(lines) - _MOST_EVENTS) > 0:
        print(f"    and {grouped(more)} more")


def _lines(diff: EventDiff) -> list[str]:
    return [
        *(f"- {_in_words(event)}" for event in diff.vanish),
        *(f"+ {_in_words(event)}" for event in diff.appear),
        *(f"~ {_in_words(old)} → {_span(new)}" for old, new in diff.change),
    ]


def _in_words(event: Event) -> str:
    score = "" if event.score_max is None else f", score {event.score_max:.3f}"
    return f"{printable(event.label)} {_span(event)}{score}"


def _span(event: Event) -> str:
    return f"{event.onset_s:.2f}–{event.offset_s:.2f} s"
