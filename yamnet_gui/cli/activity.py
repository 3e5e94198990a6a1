"""`yamnet-gui activity`: counts of a project's events by hour of day, day and recording."""

import argparse
import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import LabelledRecording, ReviewState
from yamnet_gui.core.files import replacing
from yamnet_gui.core.text import counted, printable
from yamnet_gui.detection.counting import over_time
from yamnet_gui.labels.exchange.activity import Activity, ActivityBy, activity, slot_of
from yamnet_gui.labels.exchange.project_tables import labelled_recordings
from yamnet_gui.labels.formats.text import escape_formula
from yamnet_gui.labels.overwrite_guard import check_outputs
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.calibrations import with_probabilities
from yamnet_gui.labels.project.count_samples import CountSample, reviews_of_sample, stored_samples

from .arguments import naming_replacement, open_project, recording_ids

_EPILOG = """\
  activity review.yamnet -o counts.csv
  activity review.yamnet -o counts.csv --by day --classes Cricket

Columns: by, slot, zone, recorded_s, class; raw: events that are not rejected; calibrated: decided
events by their decision, others by their probability; estimated, estimated_low, estimated_high:
from the sample of the class (yamnet-gui estimate), with its 90 % interval. Hours and days are those
of the recordings' own clocks. Fields are empty where nothing was recorded or nothing is known.
"""
_BY = {"hour": ActivityBy.HOUR, "day": ActivityBy.DAY, "recording": ActivityBy.RECORDING}
_HEADER = (
    "by", "slot", "zone", "recorded_s", "class", "raw", "calibrated", "estimated",
    "estimated_low", "estimated_high",
)  # fmt: skip

Estimates = Mapping[str, Mapping[str, tuple[float, float, float]]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument(
        "project", nargs="?", type=Path, metavar="PROJECT", help="default: the personal project"
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
    check_outputs((options.output,), (options.project,))
    project = open_project(options.project, read_only=True)
    with naming_replacement(project):
        ids = recording_ids(project, options.recordings)
        recordings = [with_probabilities(project, one) for one in labelled_recordings(project, ids)]
        check_outputs((options.output,), (), (r.recording.path for r in recordings))
        samples = stored_samples(project)
        skipped = _undetected(project, samples)
        rows: list[list[str]] = []
        without = 0
        for name in dict.fromkeys(options.by):
            table = activity(recordings, _BY[name], skipped)
            # of a part of the recordings there is no estimate: the sample is of all
            figures = {} if ids is not None else _estimates(project, samples, _BY[name])
            rows += _rows(table, figures, _wanted(options.classes, recordings))
            without = max(without, table.without_clock)
    _write(options.output, rows)
    print(options.output)
    if without:
        print(f"{counted(without, 'recording')} without a known start time in no hour and day")
    return 0


def _undetected(project: Project, samples: Sequence[CountSample]) -> set[tuple[Path, str]]:
    """Undecided events that only a sample brought into the project."""
    paths = {r.id: project.recordings.locate(r) for r in project.recordings.all()}
    found = set()
    for sample in samples:
        for one in sample.drawn:
            if sample.strata[one.stratum].detected or one.recording_id not in paths:
                continue
            item = project.events.get(one.recording_id, one.event_id)
            if item is not None and item.event.state is ReviewState.UNREVIEWED:
                found.add((paths[one.recording_id], one.event_id))
    return found


def _estimates(
    project: Project, samples: Sequence[CountSample], by: ActivityBy
) -> dict[str, dict[str, tuple[float, float, float]]]:
    """By label and slot, from samples of one class in all recordings that are reviewed enough."""
    paths = {r.id: project.recordings.locate(r) for r in project.recordings.all()}
    result: dict[str, dict[str, tuple[float, float, float]]] = {}
    for sample in samples:
        scope = sample.scope
        whole = scope.recording_ids is None and scope.since is None and scope.until is None
        counts = reviews_of_sample(project, sample).counts
        if len(scope.labels) != 1 or scope.labels[0] in result or not whole or counts.lacking:
            continue
        names = [
            slot_of(by, paths.get(recording_id, Path(recording_id)), hour)
            for recording_id, hour in sample.cells
        ]
        known = list(dict.fromkeys(names))
        slots = np.array([known.index(name) for name in names], np.int64)
        figures = over_time(counts, slots=slots).cells
        result[scope.labels[0]] = {
            name: (float(figures[0, k]), float(figures[1, k]), float(figures[2, k]))
            for k, name in enumerate(known)
            if name is not None
        }
    return result


def _wanted(names: Sequence[str] | None, recordings: Sequence[LabelledRecording]) -> list[str]:
    labels = sorted(
        {e.label for r in recordings for e in r.events}, key=lambda x: (x.casefold(), x)
    )
    if not names:
        return labels
    by_key = {label.casefold(): label for label in labels}
    for name in names:
        if name.casefold() not in by_key:
            raise SettingsError(name, "is not a label of these recordings")
    return list(dict.fromkeys(by_key[name.casefold()] for name in names))


def _rows(table: Activity, estimates: Estimates, labels: Sequence[str]) -> Iterator[list[str]]:
    for label in labels:
        for k, slot in enumerate(table.slots):
            raw = table.raw.get(label, (None,) * len(table.slots))[k]
            likely = table.calibrated.get(label, (None,) * len(table.slots))[k]
            figures = estimates.get(label, {}).get(slot.name) if raw is not None else None
            yield [
                table.by.value,
                escape_formula(printable(slot.name)),
                " ".join(slot.zones),
                f"{slot.recorded_s:.0f}",
                escape_formula(label),
                "" if raw is None else str(raw),
                "" if likely is None else f"{likely:.2f}",
                *([""] * 3 if figures is None else [f"{value:.2f}" for value in figures]),
            ]


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    try:
        with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEADER)
            writer.writerows(rows)
    except OSError as error:
        raise SettingsError(path, f"cannot be written ({error.strerror or error})") from error
