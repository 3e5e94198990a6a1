"""`yamnet-gui import`: tables of labels into a project, as one step that can be undone."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import LabelledRecording, RecordingInfo
from yamnet_gui.core.files import exists
from yamnet_gui.core.garbage import seldom_collected
from yamnet_gui.core.text import counted, counted_more, grouped, listed, printable, readable_length
from yamnet_gui.labels.exchange.import_plan import ImportKind, ImportPlan, PlannedEvent, Resolve
from yamnet_gui.labels.exchange.import_remarks import Nothing, remarks, some, why_nothing
from yamnet_gui.labels.exchange.project_tables import (
    import_command,
    labelled_recordings,
    plan_for_project,
    recording_infos,
)
from yamnet_gui.labels.exchange.reading import (
    PlacedSource,
    TableReading,
    TablesRead,
    all_read,
    read_tables,
)
from yamnet_gui.labels.exchange.saved_columns import SavedColumns
from yamnet_gui.labels.formats import ImportResult
from yamnet_gui.labels.formats.columns import ColumnMapping
from yamnet_gui.labels.overwrite_guard import is_one_of
from yamnet_gui.labels.project import Command, Project
from yamnet_gui.labels.project.project_model import project_classes
from yamnet_gui.labels.recording_names import FoundBy

from .arguments import (
    agreed,
    find_recording,
    naming_replacement,
    open_project,
    readable_formats,
)
from .exit_status import OK, SOME_FAILED

_SHOWN = 10
_WHY_NOTHING = {
    Nothing.RECORDINGS_MISSING: "Nothing can be imported: none of these recordings is in the"
    " project; --add-recordings adds them.",
    Nothing.EDITED_STAY: "Nothing would change: events that the user has edited stay;"
    " --conflicts take or --conflicts both imports them.",
    Nothing.NOTHING_NEW: "Nothing to import.",
}
_EPILOG = """\
Shows what is new, changed or conflicting, then asks. Nothing is written before you confirm.

  yamnet-gui import labels.txt --project review.yamnet
  yamnet-gui import night/*.TextGrid --map Amsel Bird --leave-out noise --yes

Labels go to the recording at the path that the table gives; else to the one of that name beside
the table, below it, or in the project. A table that names none belongs to the recording whose name
begins its own: X.Table.1.selections.txt to X.wav. Where none or several fit, nothing is imported.

  yamnet-gui import notes/*.txt --match '{recording}_notes*' --recordings-in sounds/

Exit status: 0 success, or declined; 1 it is not clear which recording a table belongs to; 2 bad
input or options. `Undo` in the window reverts an import in one step.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("tables", nargs="+", type=Path, metavar="TABLE", help="label table")
    group = parser.add_argument_group("project")
    group.add_argument(
        "--project", type=Path, metavar="FILE", help="project (default: the personal project)"
    )
    group.add_argument(
        "--create", action="store_true", help="create the project if it does not exist"
    )
    group.add_argument(
        "--recording",
        metavar="NAME",
        help="recording in the project for tables that do not name one",
    )
    group.add_argument(
        "--add-recordings",
        action="store_true",
        help="add recordings that are not in the project (default: skip their labels)",
    )
    group.add_argument(
        "--match",
        default="",
        metavar="PATTERN",
        help="how tables are named that do not name a recording: {recording} stands for the name of"
        " the recording, * for anything",
    )
    group.add_argument(
        "--recordings-in",
        nargs="+",
        default=[],
        type=Path,
        metavar="FOLDER",
        help="also look for recordings below these folders, by name and then by length",
    )
    _add_reading(parser.add_argument_group("reading the tables"))
    _add_deciding(parser.add_argument_group("import"))


def _add_reading(group: Any) -> None:
    group.add_argument(
        "--format", choices=readable_formats(), help="format of the tables (default: detected)"
    )
    group.add_argument(
        "--label-column", metavar="NAME", help="name of the label column in Raven tables"
    )
    group.add_argument("--encoding", help="text encoding of the tables (default: detected)")
    group.add_argument(
        "--tier", action="append", metavar="NAME",
        help="read only this tier of Praat, ELAN and the like; may be given several times"
        " (default: all)",
    )  # fmt: skip
    group.add_argument(
        "--columns",
        metavar="COLUMNS",
        help="what the columns of a table mean, like recording=file,onset=start,offset=end,"
        "label=species,unit=ms, or a saved name (default: guessed)",
    )
    group.add_argument(
        "--save-columns", metavar="NAME", help="save --columns under this name for later"
    )


def _add_deciding(group: Any) -> None:
    group.add_argument(
        "--map", nargs=2, action="append", default=[], metavar=("LABEL", "NAME"),
        help="import LABEL under another name",
    )  # fmt: skip
    group.add_argument(
        "--leave-out", nargs="+", default=[], metavar="LABEL", help="do not import these labels"
    )
    group.add_argument(
        "--conflicts",
        choices=[way.value for way in Resolve],
        default=Resolve.KEEP.value,
        help="when the user has edited an event: keep it, take the one in the table, or both"
        " (default: keep)",
    )
    group.add_argument(
        "--skip-doubtful",
        action="store_true",
        help="leave out events with impossible times, frequencies or scores (default: import them)",
    )
    group.add_argument("--reviewer", default="", help="your name, for the history of the project")
    sure = group.add_mutually_exclusive_group()
    sure.add_argument("--yes", action="store_true", help="import without asking")
    sure.add_argument("--dry-run", action="store_true", help="only show what would change")


def run(options: argparse.Namespace) -> int:
    """Runs the command. Raises UserError; nothing has been changed then."""
    with seldom_collected():
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    mapping: dict[str, str | None] = dict(options.map)
    mapping |= dict.fromkeys(options.leave_out)
    if options.project is not None and is_one_of(options.project, options.tables):
        raise SettingsError(options.project, "is an input of this command", "name the project")
    options.columns = _columns(options)
    if options.columns is not None:
        options.format = options.format or "table"
    with _opened(options) as project:
        read, plan = _plan(options, project, mapping)
        command = _command(options, project, plan)
        _show(read, plan, options)
        if read.questions:
            print(f"yamnet-gui import: {_question(read.questions)}", file=sys.stderr)
            return SOME_FAILED
        if not command.changes:
            _print(_WHY_NOTHING[why_nothing(plan)])
            return OK
        if options.dry_run:
            done = "created" if _is_new(options) else "changed"
            target = _target(options) if _is_new(options) else project.path
            _print(f"{printable(target)} would be {done}.")
            return OK
        if not options.yes and not agreed(f"Import into {project.path.name}?"):
            _print("Nothing was changed.")
            return OK
        if not _is_new(options):
            return _write(project, options, command)
    del command
    # as empty as the temporary one; but its folder determines how recordings are named
    with naming_replacement(Project.create(_target(options))) as made:
        return _write(made, options, _command(options, made, plan))


def _columns(options: argparse.Namespace) -> ColumnMapping | None:
    """What the columns of the tables mean; saved where the user wants it. Raises SettingsError."""
    if options.columns is None:
        if options.save_columns is not None:
            raise SettingsError("--save-columns", "has nothing to save", "give --columns as well")
        return None
    saved = SavedColumns()
    columns = saved.mapping(options.columns)
    if options.save_columns is not None and options.dry_run:
        _print(f"Columns would be saved as {options.save_columns}.")
    elif options.save_columns is not None:
        saved.save(options.save_columns, columns)
        _print(f"Columns saved as {options.save_columns}.")
    return columns


def _is_new(options: argparse.Namespace) -> bool:
    return options.create and not exists(_target(options))


def _target(options: argparse.Namespace) -> Path:
    if options.project is None:
        raise SettingsError("--create", "requires a project", "give --project FILE")
    return Path(options.project)


@contextmanager
def _opened(options: argparse.Namespace) -> Iterator[Project]:
    """The project; a new one is an empty temporary project until the user confirms."""
    if _is_new(options):
        with (
            tempfile.TemporaryDirectory(prefix="yamnet-gui-") as folder,
            Project.create(Path(folder) / _target(options).name) as empty,
        ):
            yield empty
        return
    if options.project is not None and not exists(options.project):
        raise SettingsError(options.project, "does not exist", "check the name, or add --create")
    with naming_replacement(open_project(options.project, read_only=options.dry_run)) as project:
        yield project


def _plan(
    options: argparse.Namespace,
    project: Project,
    mapping: dict[str, str | None],
) -> tuple[TablesRead, ImportPlan]:
    for folder in options.recordings_in:
        if not folder.is_dir():
            raise SettingsError(folder, "is not a folder")
    reading = TableReading(
        options.format,
        options.label_column,
        options.encoding,
        _recording(options, project),
        options.match,
        tuple(options.recordings_in),
        columns=options.columns,
        tiers=tuple(options.tier) if options.tier else None,
    )
    read = all_read(
        read_tables(
            recording_infos(project), options.tables, reading, classes=project_classes(project)
        )
    )
    if read.problems:
        for problem in read.problems[1:]:
            print(f"yamnet-gui import: {problem}", file=sys.stderr)
        raise read.problems[0]
    for result in read.results:
        _show_table(result)
    labels = {
        e.label for result in read.results for r in result.recordings for e in r.events
    }  # fmt: skip
    for label in sorted(mapping.keys() - labels):
        _print(f"no label {label!r} in the tables")
    return read, plan_for_project(project, read.recordings, mapping=mapping)


def _question(sources: Sequence[PlacedSource]) -> str:
    """One sentence about all tables whose recording is not clear."""
    cases = []
    for s in sources:
        name = printable(s.source.table if s.source.name is None else s.source.name)
        near = some([printable(c.path) for c in s.placement.candidates])
        if not near:
            cases.append(f"{name} fits no recording")
        elif len(s.placement.candidates) == 1:
            cases.append(f"{name} may or may not belong to {near}")
        else:
            cases.append(f"{name} fits several recordings ({near})")
    return f"{some(cases, _SHOWN)} — give --recording NAME or --match PATTERN"


def _recording(options: argparse.Namespace, project: Project) -> RecordingInfo | None:
    if options.recording is None:
        return None
    recordings: Sequence[LabelledRecording] = labelled_recordings(project)
    return find_recording(options.recording, recordings).recording


def _command(options: argparse.Namespace, project: Project, plan: ImportPlan) -> Command:
    tables = options.tables
    return import_command(
        project,
        plan,
        conflicts=Resolve(options.conflicts),
        add_missing=options.add_recordings,
        doubtful=not options.skip_doubtful,
        title=f"import {tables[0].name if len(tables) == 1 else counted(len(tables), 'table')}",
    )


def _write(project: Project, options: argparse.Namespace, command: Command) -> int:
    project.reviewer = options.reviewer
    project.apply(command)
    _print(f"Imported into {project.path}; Undo in the window reverts it in one step.")
    return 0


def _show_table(result: ImportResult) -> None:
    restored = ", with its sidecar file" if result.restored else ""
    count = counted(sum(p.events for p in result.placements), "event")
    _print(f"{printable(result.path)}: {result.format_name}, {count}{restored}")
    if result.columns:
        _print(f"  {result.columns}")
    if result.tiers:
        tiers = (f"{name} ({grouped(annotations)})" for name, annotations in result.tiers)
        _print(f"  tiers: {', '.join(tiers)}")
    placed = [p for p in result.placements if p.info is not None and p.by is not FoundBy.PATH]
    for p in placed[:_SHOWN]:
        name = (
            printable(p.path) if p.name is None else f"{printable(p.name)} is {printable(p.path)}"
        )
        _print(f"  {name} (found by {p.by})" if p.by is not FoundBy.CHOICE else f"  {name}")
    if len(placed) > _SHOWN:
        _print(f"  and {counted_more(len(placed) - _SHOWN, 'recording')}")


def _show(read: TablesRead, plan: ImportPlan, options: argparse.Namespace) -> None:
    counts = plan.counts()
    left = f", {grouped(plan.left_out)} left out" if plan.left_out else ""
    _print(", ".join(f"{grouped(counts[kind])} {kind.value}" for kind in ImportKind) + left)
    for remark in remarks(read, plan, labels=False):
        _print(remark.whole())
    if any(e.doubts for e in plan.events):
        what = "left out" if options.skip_doubtful else "imported; --skip-doubtful leaves them out"
        _print(f"Events with such values are {what}")
    for kind in (ImportKind.CHANGED, ImportKind.CONFLICTING):
        _show_events(kind, plan.of(kind), Resolve(options.conflicts))
    for unknown in plan.unknown_labels:
        near = listed(unknown.suggestions)
        hint = f" (near: {near})" if near else ""
        label = readable_length(repr(unknown.label))
        _print(f"unknown label {label}, {counted(unknown.count, 'event')}{hint}")
    for info in plan.new_recordings:
        what = "is added" if options.add_recordings else "is left out; --add-recordings adds it"
        _print(f"{printable(info.path)} is not in the project and {what}")


def _show_events(kind: ImportKind, events: Sequence[PlannedEvent], way: Resolve) -> None:
    done = {
        Resolve.KEEP: "stays",
        Resolve.TAKE: "is replaced",
        Resolve.BOTH: "stays, both are stored",
    }
    for planned in events[:_SHOWN]:
        old = planned.existing
        assert old is not None
        tail = f"; {done[way]}" if kind is ImportKind.CONFLICTING else ""
        _print(
            f"{kind.value}: {planned.path.name} {old.onset_s:.3f} s {old.label}:"
            f" {', '.join(planned.differences)}{tail}"
        )
    if len(events) > _SHOWN:
        _print(f"and {grouped(len(events) - _SHOWN)} more {kind.value}")


def _print(text: str) -> None:
    print(text, flush=True)
