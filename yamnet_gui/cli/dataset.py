"""`yamnet-gui dataset`: what a dataset folder holds, whether it is whole, and questions to it."""

import argparse
import json
from pathlib import Path

from yamnet_gui.core.clock_time import DAY_S
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.text import counted, grouped, megabytes, printable
from yamnet_gui.dataset import Dataset, DatasetSummary, Finding, check, summarize

from .dataset_questions import add_questions, answer, check_questions, say_missing
from .exit_status import OK, SOME_FAILED

_EPILOG = """\
  dataset results
  dataset results --check
  dataset results --json > results.json
  dataset results --events --classes Owl --min-score 0.7 --sort score --limit 50
  dataset results --into owls.yamnet --classes Owl --min-score 0.7
  dataset results --beside owls.yamnet
  dataset results --index
  dataset results --like owl.wav

`yamnet-gui analyze … --dataset FOLDER` makes a dataset. Exit status: 0 success; 1 --check found
damage; 2 bad input or options.
"""
_MOST_CLASSES = 10
_MOST_GAPS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder with a dataset.json")
    parser.add_argument(
        "--check",
        action="store_true",
        help="read everything: missing and damaged files, counts, recordings that overlap",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    add_questions(parser)


def run(options: argparse.Namespace) -> int:
    """Raises UserError."""
    options.folder = path_of(options.folder)
    check_questions(options)
    with Dataset(options.folder) as dataset:
        if answer(dataset, options):
            return say_missing(dataset)
        missing = [Finding(m.path, m.reason) for m in dataset.missing]
        findings = list(check(dataset)) if options.check else missing
        unreadable = any(finding.damage for finding in findings)
        summary = None if options.check and unreadable else summarize(dataset)
        if options.json:
            print(json.dumps(_json(dataset, summary, findings), indent=1))
        else:
            if summary is not None:
                _show(dataset, summary)
            _show_findings(findings, checked=options.check)
    return SOME_FAILED if unreadable else OK


def _json(
    dataset: Dataset, summary: DatasetSummary | None, findings: list[Finding]
) -> dict[str, object]:
    values = {
        "folder": printable(dataset.folder),
        "model_sha256": dataset.info.model_sha256,
        "partition": dataset.info.partition,
        "findings": [
            {"subject": f.subject, "reason": f.reason, "damage": f.damage} for f in findings
        ],
    }
    return values | (summary.to_json() if summary is not None else {})


def _show(dataset: Dataset, summary: DatasetSummary) -> None:
    total = megabytes(sum(summary.bytes.values()))
    recordings, events = (
        counted(n, w)
        for n, w in ((summary.recordings, "recording"), (summary.rows["events"], "event"))
    )
    hours = grouped(summary.hours, 1)
    print(f"{printable(dataset.folder)}: {recordings}, {hours} h, {events}, {total}")
    if summary.first is not None and summary.last is not None:
        first, last = (f"{m:%Y-%m-%d %H:%M} UTC" for m in (summary.first, summary.last))
        print(f"  {counted(summary.days, 'day')}: {first} to {last}")
    if summary.without_start:
        print(f"  {counted(summary.without_start, 'recording')} without a known start")
    for table, rows in summary.rows.items():
        if summary.files[table]:
            size = megabytes(summary.bytes[table])
            files = counted(summary.files[table], "file")
            print(f"  {table}: {counted(rows, 'row')} in {files}, {size}")
    for label, count in summary.classes[:_MOST_CLASSES]:
        print(f"    {label}: {grouped(count)}")
    if len(summary.classes) > _MOST_CLASSES:
        print(f"    and {grouped(len(summary.classes) - _MOST_CLASSES)} more classes")
    for gap in summary.gaps[:_MOST_GAPS]:
        print(f"  gap of {_long(gap.duration_s)} from {gap.start:%Y-%m-%d %H:%M} UTC: {gap.folder}")


def _show_findings(findings: list[Finding], *, checked: bool) -> None:
    for finding in findings:
        print(f"{finding.subject}: {finding.reason}")
    if checked and not findings:
        print("whole: every file is there as it was written")


def _long(seconds: float) -> str:
    days = seconds / DAY_S
    return f"{grouped(days, 1)} days" if days >= 2 else f"{grouped(seconds / 3600, 1)} h"
