"""`yamnet-gui evaluate`: how good predicted labels are, measured by true ones."""

import argparse
import csv
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from yamnet_gui.assets import resource_path
from yamnet_gui.core.errors import LabelsError, SettingsError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.core.files import replacing
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.detection.evaluation import Counts, Evaluation, evaluate, paired, total
from yamnet_gui.labels.formats import FORMATS, read_labels

_COLLARS_S = (0.2, 0.5)
_PLAIN_COLUMNS = (("onset_s", "onset"), ("offset_s", "offset"), ("label", "event_label"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    formats = sorted(name for name, fmt in FORMATS.items() if fmt.can_read)
    parser.add_argument("truth", type=Path, metavar="TRUTH", help="table of what is there")
    parser.add_argument("predicted", type=Path, metavar="PREDICTED", help="table of what was found")
    parser.add_argument("--truth-format", choices=formats, metavar="FORMAT", help="its format")
    parser.add_argument("--predicted-format", choices=formats, metavar="FORMAT", help="its format")
    parser.add_argument(
        "--label",
        action="append",
        dest="labels",
        metavar="LABEL",
        help="count this label alone (may be given again; default: all of the truth)",
    )
    parser.add_argument(
        "--exact",
        action="store_true",
        help="a label counts for itself alone, not for those above it in the ontology",
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write every figure here")


def run(options: argparse.Namespace) -> int:
    truth = _recordings(options.truth, options.truth_format)
    predicted = _recordings(options.predicted, options.predicted_format)
    ontology = None
    if not options.exact:
        ontology = Ontology.from_csv(resource_path("audioset_ontology.csv"))
    sides = paired(truth, predicted, options.labels, ontology)
    for name in sides.unpredicted:
        print(f"yamnet-gui: {name}: nothing predicted, all of it is missed", file=sys.stderr)
    for name in sides.unknown:
        print(f"yamnet-gui: {name}: not in the truth, left out", file=sys.stderr)
    result = evaluate(sides.pairs, options.labels, _COLLARS_S)
    if options.json:
        try:
            with replacing(options.json) as beside:
                beside.write_text(json.dumps(result.as_dict(), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            reason = f"cannot be written ({error.strerror or error})"
            raise SettingsError(options.json, reason) from error
    print("\n".join(_lines(result)))
    return 0


def _recordings(path: Path, format_name: str | None) -> tuple[LabelledRecording, ...]:
    if format_name is None:
        alone = _one_recording(path)
        if alone is not None:
            return (alone,)
    result = read_labels(format_name, path)
    for warning in result.warnings:
        print(f"yamnet-gui: {warning}", file=sys.stderr)
    return result.recordings


def _one_recording(path: Path) -> LabelledRecording | None:
    """A table with nothing but onset, offset and label, about the recording of its own name.

    None where it is something else. Raises LabelsError with the line that cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError):
        return None  # the reader of formats says what is wrong
    header = lines[0] if lines else ""
    rows = csv.DictReader(lines, delimiter="\t" if "\t" in header else ",")
    names = [name.strip().casefold() for name in rows.fieldnames or ()]
    onset, offset, label = (_place(names, wanted) for wanted in _PLAIN_COLUMNS)
    if None in (onset, offset, label) or any("file" in name for name in names):
        return None
    rows.fieldnames = names
    events = []
    for row in rows:
        try:
            start, end = float(row[str(onset)]), float(row[str(offset)])
            events.append(Event(f"{rows.line_num}", start, end, str(row[str(label)]).strip()))
        except (TypeError, ValueError) as error:
            reason = "onset and offset are no stretch of time"
            raise LabelsError(path, reason, line=rows.line_num) from error
    last = max((event.offset_s for event in events), default=0.0)
    return LabelledRecording(RecordingInfo(path, last, 0, 0), EventList.of(events))


def _place(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    return next((name for name in wanted if name in names), None)


def _lines(result: Evaluation) -> list[str]:
    width = max([len("all labels"), *map(len, result.labels)])
    head = f"{'':{width}}  segment F1  precision  recall"
    head += "".join(f"  event F1 {collar:g} s" for collar in _COLLARS_S)
    plural = "" if result.recordings == 1 else "s"
    lines = [f"{result.recordings} recording{plural}, {result.duration_s:.1f} s", head]
    for label in result.labels:
        at = {collar: result.events[collar].get(label, Counts()) for collar in _COLLARS_S}
        lines.append(_line(label, width, result.segments.get(label, Counts()), at))
    overall = {collar: total(result.events[collar]) for collar in _COLLARS_S}
    lines.append(_line("all labels", width, total(result.segments), overall))
    if result.psds is not None:
        lines.append(f"PSDS (scenario 1): {result.psds.score:.3f}")
    for confusion in result.confusions[:5]:
        text = f"{confusion.truth} taken for {confusion.found}: {confusion.seconds:.1f} s"
        lines.append(text)
    return lines


def _line(label: str, width: int, segments: Counts, events: Mapping[float, Counts]) -> str:
    text = f"{label:{width}}  {_figure(segments.f1):>10}  {_figure(segments.precision):>9}"
    text += f"  {_figure(segments.recall):>6}"
    return text + "".join(f"  {_figure(e.f1):>14}" for e in events.values())


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
