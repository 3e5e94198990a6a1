"""`yamnet-gui activity`: counts of a project's or dataset's events by hour, day and recording."""

import argparse
import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.text import counted, printable
from yamnet_gui.dataset import Dataset, DatasetEvents, dataset_activity, is_dataset
from yamnet_gui.labels.exchange.activity import (
    ActivityBy,
    ActivityGrid,
    ActivityRow,
    activity_rows,
    project_activity,
)
from yamnet_gui.labels.formats.text import escape_formula
from yamnet_gui.labels.overwrite_guard import check_outputs

from .arguments import naming_replacement, open_project, recording_ids

_EPILOG = """\
  activity review.yamnet -o counts.csv
  activity review.yamnet -o counts.csv --by day --classes Cricket
  activity results -o counts.csv

Columns: by, slot, zone, recorded_s, class; raw: events that are not rejected; calibrated: decided
events by their decision, others by their probability; estimated, estimated_low, estimated_high:
from the sample of the class (yamnet-gui estimate), with its 90% interval. Hours and days are those
of the recordings' own clocks. Fields are empty where nothing was recorded or nothing is known.
"""
_BY = {"hour": ActivityBy.HOUR, "day": ActivityBy.DAY, "recording": ActivityBy.RECORDING}
_HEADER = (
    "by", "slot", "zone", "recorded_s", "class", "raw", "calibrated", "estimated",
    "estimated_low", "estimated_high",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument(
        "project",
        nargs="?",
        metavar="PROJECT",
        help="a project, or the folder or address of a dataset; default: the personal project",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT.csv", help="table to write"
    )
    parser.add_argument(
        "--by", nargs="+", choices=list(_BY), default=list(_BY), help="default: all three"
    )
    parser.add_argument("--classes", nargs="+", metavar="NAME", help="only these labels")
    parser.add_argument(
        "--recordings",
        nargs="+",
        metavar="NAME",
        help="only these recordings: names, paths, folders or patterns such as 'night*.wav'",
    )


def run(options: argparse.Namespace) -> int:
    """Raises UserError."""
    if options.project is not None:
        options.project = path_of(options.project)
    check_outputs((options.output,), (options.project,))
    by = [_BY[name] for name in options.by]
    with _grid(options) as grid:
        check_outputs((options.output,), (), map(Path, grid.paths))
        rows = list(activity_rows(grid, by, options.classes or ()))
    _write(options.output, map(_cells, rows))
    print(options.output)
    if grid.without_clock and by != [ActivityBy.RECORDING]:
        many = counted(grid.without_clock, "recording")
        print(f"{many} without a known start time in no hour and day")
    return 0


@contextmanager
def _grid(options: argparse.Namespace) -> Iterator[ActivityGrid]:
    """The counts of a project or a dataset, which is open meanwhile. Raises UserError."""
    if options.project is not None and is_dataset(options.project):
        if options.recordings:
            reason = "is about the recordings of a project"
            raise SettingsError("--recordings", reason, "leave it out for a dataset")
        with Dataset(options.project) as dataset:
            yield dataset_activity(DatasetEvents(dataset))
        return
    project = open_project(options.project, read_only=True)
    with naming_replacement(project):
        yield project_activity(project, recording_ids(project, options.recordings))


def _cells(row: ActivityRow) -> list[str]:
    return [
        row.by.value,
        escape_formula(printable(row.slot)),
        row.zone,
        f"{row.recorded_s:.0f}",
        escape_formula(row.label),
        "" if row.raw is None else str(row.raw),
        "" if row.calibrated is None else f"{row.calibrated:.2f}",
        *([""] * 3 if row.estimated is None else [f"{value:.2f}" for value in row.estimated]),
    ]


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    try:
        with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEADER)
            writer.writerows(rows)
    except OSError as error:
        raise SettingsError(path, f"cannot be written ({error.strerror or error})") from error
