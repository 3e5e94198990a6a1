"""`yamnet-gui agreement`: how far two reviewers agree, and where they do not."""

import argparse
import csv
from pathlib import Path

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.detection.evaluation import ClassAgreement, Item
from yamnet_gui.labels.formats.text import escape_formula
from yamnet_gui.labels.overwrite_guard import check_outputs
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.reviewer_decisions import decisions_of
from yamnet_gui.quality.agreement import (
    ReviewerAgreement,
    agreement_of,
    copies_decisions,
    settle_command,
)

from .arguments import naming_replacement, number, open_project
from .metrics import write_json

_EPILOG = """\
  agreement merged.yamnet             the two reviewers of a project that copies were merged into
  agreement ours.yamnet theirs.yamnet two copies that are not merged; neither is changed
  agreement merged.yamnet --settle    make the disagreements undecided again, to be decided anew in
                                      the window (order "Where reviewers disagree")
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("project", type=Path, metavar="PROJECT", help="project file")
    parser.add_argument(
        "other", type=Path, nargs="?", metavar="OTHER", help="copy of another reviewer"
    )
    parser.add_argument(
        "--reviewers",
        nargs=2,
        metavar=("A", "B"),
        help="compare these two (default: those who decided most in common)",
    )
    parser.add_argument(
        "--collar",
        type=_seconds,
        default=0.5,
        metavar="S",
        help="how far onsets and offsets of the same event may lie apart (default: 0.5 s)",
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="write every disagreement as CSV"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures as JSON")
    parser.add_argument(
        "--settle",
        action="store_true",
        help="make the disagreements undecided again, as one step that can be undone",
    )


def run(options: argparse.Namespace) -> int:
    """Raises UserError."""
    if options.settle and options.other is not None:
        raise SettingsError("--settle", "needs a merged project", "merge OTHER in the window first")
    check_outputs((options.output, options.json), (options.project, options.other))
    project = open_project(options.project, read_only=not options.settle)
    with naming_replacement(project):
        if options.other is None:
            decisions = decisions_of(project)
        else:
            with Project.open(options.other, read_only=True) as other:
                decisions = copies_decisions(project, other)
        found = agreement_of(decisions, options.reviewers or (), options.collar, options.project)
        names = {r.id: r.name for r in project.recordings.all()}
        apart = found.result.disagreements
        print("\n".join(_lines(found)))
        if options.output is not None:
            _write(options.output, found, names)
        if options.json is not None:
            write_json(options.json, _figures(found))
        if options.settle:
            command = settle_command(project, apart)
            project.apply(command)
            print(f"{command.title}: undecided again")
    return 0


def _lines(found: ReviewerAgreement) -> list[str]:
    result = found.result
    width = max([len("class"), *(len(c.label) for c in result.classes)])
    first, second = found.first or "(no name)", found.second or "(no name)"
    lines = [
        f"{first} and {second}: {counted(len(result.items), 'item')} that both judged, "
        f"{counted(len(result.disagreements), 'disagreement')}"
    ]
    if result.uncertain:
        lines.append(f"{counted(result.uncertain, 'item')} marked uncertain; left out")
    if not result.classes:
        return lines
    lines.append(
        f"{'class':{width}}   kappa (90% interval)  event agreement  both yes  only first"
        "  only second  both no"
    )
    for one in result.classes:
        lines.append(
            f"{one.label:{width}}  {_kappa(one):>22}  {_share(one.event_agreement):>15}"
            f"  {grouped(one.both):>8}  {grouped(one.only_first):>10}"
            f"  {grouped(one.only_second):>11}  {grouped(one.neither):>7}"
        )
    return lines


def _kappa(one: ClassAgreement) -> str:
    text = _share(one.kappa)
    interval = one.kappa_interval
    return text if interval is None else f"{text} ({interval[0]:.2f} to {interval[1]:.2f})"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _write(path: Path, found: ReviewerAgreement, names: dict[str, str]) -> None:
    """One row for each disagreement. Raises SettingsError."""
    header = ["recording", "label", "onset_s", "offset_s", "event_id", found.first, found.second]
    try:
        with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([escape_formula(text) for text in header])
            for item in found.result.disagreements:
                writer.writerow(_row(item, names.get(item.recording_id, item.recording_id)))
    except OSError as error:
        raise SettingsError(path, f"cannot be written ({error.strerror or error})") from error


def _row(item: Item, name: str) -> list[str]:
    event = item.event
    texts = [name, event.label]
    verdicts = ["yes, other bounds"] * 2 if item.bounds_differ else [item.first, item.second]
    times = [f"{event.onset_s:.3f}", f"{event.offset_s:.3f}"]
    return [*map(escape_formula, texts), *times, event.id, *map(str, verdicts)]


def _figures(found: ReviewerAgreement) -> dict[str, object]:
    result = found.result
    return {
        "format": 1,
        "reviewers": [found.first, found.second],
        "items": len(result.items),
        "disagreements": len(result.disagreements),
        "uncertain": result.uncertain,
        "classes": {
            one.label: {
                "kappa": one.kappa,
                "kappa_interval": one.kappa_interval,
                "event_agreement": one.event_agreement,
                "both": one.both,
                "only_first": one.only_first,
                "only_second": one.only_second,
                "neither": one.neither,
            }
            for one in result.classes
        },
    }


def _seconds(text: str) -> float:
    value = number(text)
    if not 0 <= value <= 3600:
        raise argparse.ArgumentTypeError("must be between 0 and 3600 seconds")
    return value
