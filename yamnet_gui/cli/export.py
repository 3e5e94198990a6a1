"""`yamnet-gui export`: labels of a project or of a table, in any format; clips; a report."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from yamnet_gui.analysis import ResultCache
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import LabelsError, SettingsError, UserError
from yamnet_gui.core.events import LabelledRecording, ReviewState
from yamnet_gui.core.files import exists, is_folder
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.labels.exchange.clips import MANIFEST_NAME, plan_clips
from yamnet_gui.labels.exchange.event_measures import EventMeasures
from yamnet_gui.labels.exchange.export import (
    Export,
    ExportChoice,
    chosen,
    described,
    left_out,
    left_out_in_words,
)
from yamnet_gui.labels.exchange.export_provenance import (
    ExportOrigin,
    write_export_provenance,
)
from yamnet_gui.labels.exchange.report import write_report
from yamnet_gui.labels.exchange.saved_columns import SavedColumns
from yamnet_gui.labels.exchange.score_tables import stored_analysis, write_scores
from yamnet_gui.labels.formats import (
    WriteOptions,
    label_format,
    output_files,
    planned_files,
    writing,
)
from yamnet_gui.labels.overwrite_guard import check_outputs

from .arguments import (
    add_choice,
    add_provenance,
    choice_of,
    readable_formats,
    writable_formats,
)
from .clips import add_clip_options, clip_options, cut
from .exit_status import OK, SOME_FAILED
from .export_input import ExportInput, read_source
from .terminal import ProgressLine

_EPILOG = """\
What the format cannot store is listed first. With --dry-run nothing is written.

  yamnet-gui export review.yamnet -o labels.txt --format raven --states accepted
  yamnet-gui export -o labels/ --format textgrid --sidecar   (the personal project)
  yamnet-gui export old.csv -o new.jams --format jams        (convert a table)
  yamnet-gui export review.yamnet -o labels.txt --format raven --measures
  yamnet-gui export review.yamnet --clips clips/ --report report.html
  yamnet-gui export review.yamnet --clips set/ --windows 2 --split 0.8 0.1 0.1 --audiofolder

Exit status: 0 success; 1 some recordings or clips failed; 2 bad input or options.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument(
        "source",
        nargs="?",
        type=Path,
        metavar="SOURCE",
        help="project or label table (default: the personal project)",
    )
    group = parser.add_argument_group("output")
    _add_outputs(group)
    add_choice(parser.add_argument_group("events"))
    _add_table_options(parser.add_argument_group("label tables"))
    add_clip_options(parser.add_argument_group("how clips are cut"))
    group = parser.add_argument_group("reading a table")
    group.add_argument(
        "--from",
        dest="from_format",
        choices=readable_formats(),
        help="format of the table (default: detected)",
    )
    group.add_argument("--encoding", help="text encoding of the table (default: detected)")
    group.add_argument(
        "--from-columns",
        metavar="COLUMNS",
        help="columns of the table, like onset=start,offset=end,label=species, or a saved name",
    )


def _add_outputs(group: Any) -> None:
    group.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="label file; a folder, or a name ending in /, for one file per recording",
    )
    group.add_argument("--format", choices=writable_formats(), help="format of OUT (default: csv)")
    group.add_argument(
        "--clips", type=Path, metavar="FOLDER", help="write a sound clip of each event into FOLDER"
    )
    group.add_argument(
        "--report", type=Path, metavar="OUT.html", help="write a report as an HTML page"
    )
    group.add_argument("--title", default="", help="title of the report")
    add_provenance(group)
    group.add_argument(
        "--dry-run",
        action="store_true",
        help="show what would be written and what would be lost; write nothing",
    )


def _add_table_options(group: Any) -> None:
    group.add_argument(
        "--per-recording", action="store_true", help="write one file per recording; OUT is a folder"
    )
    group.add_argument(
        "--sidecar",
        action="store_true",
        help="also write OUT.yamnet.json with everything that the format cannot store",
    )
    group.add_argument(
        "--clock", action="store_true", help="also write clock times if the format supports them"
    )
    group.add_argument(
        "--measures",
        action="store_true",
        help="also measure each event and write duration, peak, centre, 5%% and 95%% frequency,"
        " bandwidth, levels and signal-to-noise ratio (csv and raven)",
    )
    group.add_argument(
        "--relative-to",
        type=Path,
        metavar="FOLDER",
        help="write recording paths relative to this folder",
    )
    group.add_argument(
        "--columns",
        metavar="COLUMNS",
        help="columns of a table of your own, like recording=file,onset=start,offset=end,"
        "label=species, or a saved name (see `import --save-columns`); implies --format table",
    )
    group.add_argument(
        "--label-column", metavar="NAME", help="name of the label column in Raven tables"
    )
    group.add_argument(
        "--score-column", metavar="NAME", help="name of the score column in Raven tables"
    )
    group.add_argument(
        "--media-prefix",
        default="",
        metavar="ADDRESS",
        help="address of the recordings' folder on Label Studio's file server, like"
        " https://example.org/field/, or /data/local-files/?d=field for its local storage",
    )
    group.add_argument(
        "--curator", nargs=2, metavar=("NAME", "EMAIL"), help="curator written to JAMS files"
    )


def run(options: argparse.Namespace) -> int:
    """Runs the command; 0, 1 where some could not be written. Raises UserError."""
    wanted_files = (options.output, options.clips, options.report, options.provenance)
    if not any(wanted_files):
        raise SettingsError("export", "has nothing to write", "give -o OUT, --clips or --report")
    given = options.output
    labels = None if given is None or given.endswith(("/", "\\")) else Path(given)
    outputs = (labels, options.report, options.clips, options.provenance)
    check_outputs(outputs, (options.source,))
    options.format = options.format or ("table" if options.columns else "csv")
    source = read_source(options)
    if options.windows is not None or label_format(options.format).describes is not None:
        source = replace(source, recordings=described(source.recordings))
    classes = source.classes
    view = options.one_per_sound
    one_per_sound = source.one_per_sound if view is None else view
    choice = choice_of(options, source.recordings, classes, source.usual, one_per_sound)
    if more := left_out_in_words(left_out(source.recordings, choice)):
        _note(f"{more}; --no-one-per-sound includes them")
    failed = 0
    written: list[Path] = []
    wanted: list[LabelledRecording] = []
    if options.clips or options.provenance:
        wanted = chosen(source.recordings, choice, classes=classes)
    if options.output is not None:
        failed += _labels(options, source, choice, classes, written)
    if options.clips is not None:
        clips = clip_options(options)
        failed += cut(plan_clips(wanted, clips), options.clips, clips, dry_run=options.dry_run)
        written.append(options.clips / MANIFEST_NAME)
    if options.report is not None:
        whole = choice_of(options, source.recordings, classes, None, one_per_sound)
        reported = chosen(source.recordings, whole, classes=classes)
        if options.dry_run:
            _note(f"{_events(reported)} would be written to {options.report}")
        else:
            more = left_out_in_words(left_out(source.recordings, whole))
            facts = source.facts.with_events(more)
            written.append(write_report(reported, options.report, facts))
            print(options.report)
        if options.output is None and options.clips is None:
            choice, wanted = whole, reported
    if options.provenance is not None and not options.dry_run:
        how = {"format": options.format} if options.output is not None else {}
        origin = ExportOrigin(tuple(options.typed), source.origin, choice, how)
        print(write_export_provenance(origin, wanted, written, options.provenance))
    return SOME_FAILED if failed else OK


def _labels(
    options: argparse.Namespace,
    source: ExportInput,
    choice: ExportChoice,
    classes: ClassMap,
    written: list[Path],
) -> int:
    """Writes the table, adds its files; the number of recordings that could not be written."""
    out = Path(options.output)
    if label_format(options.format).needs_scores:
        return _scores(options, source, choice, classes, written)
    with EventMeasures() as measures:
        how = _write_options(options, out, classes, measures)
        written.extend(_write(options, source, choice, how))
    for problem in measures.problems:
        _note(f"Not measured: {problem}")
    return len(measures.problems)


def _write(
    options: argparse.Namespace, source: ExportInput, choice: ExportChoice, how: WriteOptions
) -> Sequence[Path]:
    out = Path(options.output)
    export = Export(options.format, out, choice, how)
    preview = export.preview(source.recordings)
    _note(f"{_events(preview.recordings)} in {counted(len(preview.recordings), 'recording')}")
    if not options.states and choice.states is not None:
        _note_rejected(source.recordings)
    for text in preview.losses:
        _note(text)
    if preview.losses and options.sidecar:
        _note("The sidecar file stores what is lost.")
    if options.dry_run:
        for path in planned_files(options.format, preview.recordings, out, options=export.options):
            _note(f"{path} would be {'replaced' if exists(path) else 'written'}")
        return ()
    made: Sequence[Path] = ()
    with ProgressLine() as line:
        for step in writing(options.format, preview.recordings, out, options=export.options):
            line.show(
                f"{grouped(step.files_done)}/{counted(step.files, 'file')},"
                f" {counted(step.lines, 'line')}"
            )
            made = step.made
    for path in made:
        print(path)
    return made


def _write_options(
    options: argparse.Namespace, out: Path, classes: ClassMap, measures: EventMeasures
) -> WriteOptions:
    folder = options.output.endswith(("/", "\\")) or is_folder(out)
    base = options.relative_to
    plain = WriteOptions()
    name, email = options.curator or ("", "")
    return replace(
        plain,
        base=base.absolute() if base is not None else None,
        per_recording=options.per_recording or folder,
        sidecar=options.sidecar,
        label_column=options.label_column or plain.label_column,
        score_column=options.score_column or plain.score_column,
        clock=options.clock,
        measures=measures if options.measures else None,
        curator_name=name,
        curator_email=email,
        media_prefix=options.media_prefix,
        columns=SavedColumns().mapping(options.columns) if options.columns else None,
        classes=classes,
        spared=() if options.source is None else (options.source,),
    )


def _scores(
    options: argparse.Namespace,
    source: ExportInput,
    choice: ExportChoice,
    classes: ClassMap,
    written: list[Path],
) -> int:
    """Score tables of the recordings whose analyses are still stored."""
    if not source.analyses:
        raise LabelsError(
            options.source or "scores",
            "contains no scores",
            "score tables are made from a project or by `yamnet-gui analyze --format scores`",
        )
    wanted = [
        r
        for r in source.recordings
        if choice.recordings is None or r.recording.path in choice.recordings
    ]
    indices = [c.index for c in classes if choice.labels is None or c.name in choice.labels]
    cache, failed = ResultCache(user_cache_folder()), 0
    bare = WriteOptions(per_recording=options.output.endswith(("/", "\\")))
    for path, (recording, *_) in output_files("scores", wanted, Path(options.output), options=bare):
        sound = recording.recording.path
        reason = "its scores are not stored"
        try:
            analysis = stored_analysis(sound, source.analyses.get(sound, ()), cache, source.model)
        except UserError as error:
            analysis, reason = None, error.reason
        if analysis is None:
            _note(
                f"{sound}: {reason} — analyse it in the window, or with"
                " `yamnet-gui analyze --format scores`"
            )
            failed += 1
        elif options.dry_run:
            _note(f"{path} would be {'replaced' if exists(path) else 'written'}")
        else:
            for made in write_scores(analysis.tables, classes.names, path, indices):
                written.append(made)
                print(made)
    return failed


def _events(recordings: Sequence[LabelledRecording]) -> str:
    return counted(sum(len(r.events) for r in recordings), "event")


def _note_rejected(recordings: Sequence[LabelledRecording]) -> None:
    rejected = sum(e.state is ReviewState.REJECTED for r in recordings for e in r.events)
    if rejected:
        _note(f"{counted(rejected, 'rejected event')} left out; --states all includes them")


def _note(text: str) -> None:
    print(text, file=sys.stderr)
