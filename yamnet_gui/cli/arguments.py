"""Arguments that several commands share, and the recordings and labels that they select."""

import argparse
import math
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from yamnet_gui.analysis.settings import FINER, USUAL_FINER
from yamnet_gui.core.channels import MIX, channel_of
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import LabelledRecording, ReviewState
from yamnet_gui.core.files import exists, is_file, is_folder
from yamnet_gui.core.resources import ontology_of
from yamnet_gui.core.text import counted, did_you_mean, printable
from yamnet_gui.detection import GROUPING_LEVELS, grouping_levels
from yamnet_gui.labels.exchange.export import Depth, ExportChoice
from yamnet_gui.labels.exchange.project_tables import recording_infos
from yamnet_gui.labels.formats import FORMATS
from yamnet_gui.labels.project import Project, personal_project_path

_ALL = "all"


def writable_formats() -> list[str]:
    """Names of the formats that can be written, in the order in which they are offered."""
    return [f.name for f in FORMATS.values() if f.can_write]


def readable_formats() -> list[str]:
    """Names of the formats that can be read."""
    return [f.name for f in FORMATS.values() if f.can_read]


def files_of(*given: str | Path | None) -> list[Path]:
    """Those of the values of options that name a file, as `--rules` may."""
    return [Path(value) for value in given if value is not None and is_file(Path(value))]


def add_choice(group: Any) -> None:
    """The options that choose recordings and events."""
    group.add_argument(
        "--recordings",
        nargs="+",
        metavar="NAME",
        help="only these recordings: names, paths or patterns such as 'night*.wav'",
    )
    group.add_argument(
        "--classes", nargs="+", metavar="NAME", help="only these classes: labels or AudioSet ids"
    )
    group.add_argument(
        "--states",
        nargs="+",
        choices=[*(state.value for state in ReviewState), _ALL],
        metavar="STATE",
        help=f"only events in these states: {', '.join(ReviewState)}, or {_ALL} (default: for a"
        " project all but rejected, which a report counts as well; for a table all)",
    )
    group.add_argument(
        "--channel",
        nargs="+",
        type=_channel,
        metavar="N",
        help="only events of these channels, counted from 1, or mix: of all channels together",
    )
    for bound, way in (("min", "at least"), ("max", "at most")):
        group.add_argument(
            f"--{bound}-score",
            type=share,
            metavar="X",
            help=f"only events whose highest score is {way} X, 0 to 1",
        )
    group.add_argument(
        "--depth",
        choices=[depth.value for depth in Depth],
        default=Depth.AS_IS.value,
        help="leaf: omit events that a more specific class covers; ancestors: add an event for"
        " every parent class (default: as-is)",
    )
    group.add_argument(
        "--group",
        nargs="+",
        metavar="LEVEL",
        help="group events of subclasses under a class such as 'Vehicle' or 'Dog', or under a whole"
        f" level of the ontology: {', '.join(GROUPING_LEVELS)}",
    )
    add_old_name(group, "--fold", "--group", nargs="+")
    add_one_per_sound(group, "for a project on, for a table off")
    group.add_argument(
        "--skip-empty", action="store_true", help="omit recordings without chosen events"
    )


def add_one_per_sound(group: Any, default: str) -> None:
    """Whether events for which others stand are left out."""
    group.add_argument(
        "--one-per-sound",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="one event for one sound, as the window shows it: not also its broader classes (Animal"
        " over Cricket), and no Silence; classes that --classes names stay, and so does what a user"
        f" reviewed or changed (default: {default})",
    )


def add_provenance(group: Any) -> None:
    """The file that says how results were made."""
    group.add_argument(
        "--provenance",
        type=Path,
        metavar="OUT.json",
        help="also write how the results were made: versions, checksums of program, weights and"
        " recordings, settings, command and events; `yamnet-gui rerun OUT.json` repeats it",
    )


def add_finer(group: Any, default: str = USUAL_FINER) -> None:
    """`--finer`, None where it is not given; `default` says what holds then."""
    group.add_argument(
        "--finer",
        choices=FINER,
        help="look again at frames before rules see their scores, with others 0.16 s earlier and"
        " later: not at all (off), where an event is in doubt (doubtful) or everywhere"
        f" (default: {default})",
    )


def add_cluster(group: Any, what: str = "analyse") -> None:
    """Where to analyse besides this process, for commands that many recordings may be given to.

    `what` is done there, in the words of the help.
    """
    group.add_argument(
        "--cluster",
        default="",
        metavar="PLACE",
        help=f"{what} on a Dask cluster: local or local:N (workers started here), tcp://HOST:PORT"
        " (a running scheduler), or slurm:FILE.yaml (or pbs, sge, lsf, htcondor, oar …: jobs that"
        " dask-jobqueue starts)",
    )


def description_of(cluster: str) -> str:
    """The file that a value of `--cluster` names; "" where it names none."""
    return "" if "://" in cluster else cluster.partition(":")[2]


def add_track(group: Any) -> None:
    """The choice of a sound track, for commands that read recordings."""
    group.add_argument(
        "--track",
        type=_track_number,
        metavar="N",
        help="sound track of files that hold several, counted from 1 (default: the first that is"
        " not silent)",
    )


def _track_number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 999:
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a sound track")
    return int(text)


def choice_of(
    options: argparse.Namespace,
    recordings: Sequence[LabelledRecording],
    classes: ClassMap,
    usual: frozenset[ReviewState] | None,
    one_per_sound: bool,
) -> ExportChoice:
    """What the options choose of these recordings; `usual` states where they name none.

    Raises SettingsError for recordings and labels that do not exist.
    """
    low, high = options.min_score, options.max_score
    if low is not None and high is not None and low > high:
        raise SettingsError("--min-score", f"{low:g} is greater than --max-score {high:g}")
    return ExportChoice(
        recordings=_recordings(options.recordings, recordings) if options.recordings else None,
        labels=_labels(options.classes, recordings, classes) if options.classes else None,
        states=_states(options.states, usual),
        min_score=low,
        max_score=high,
        keep_empty=not options.skip_empty,
        depth=Depth(options.depth),
        groups=grouping_levels(options.group or (), ontology_of(classes)),
        one_per_sound=one_per_sound,
        channels=frozenset(options.channel) if options.channel else None,
    )


def open_project(path: Path | None, *, read_only: bool) -> Project:
    """The project at `path`, else the personal one. Raises ProjectError, SettingsError."""
    if path is None:
        path = personal_project_path()
        if not exists(path):
            raise SettingsError(
                path, "there is no personal project yet", "give a project or a label table"
            )
    return Project.open(path, read_only=read_only)


@contextmanager
def naming_replacement(project: Project) -> Iterator[Project]:
    """Closes the project at the end, and says where it is by then if its file was taken away."""
    try:
        with project:
            yield project
    finally:
        if project.replacement is not None:
            print(f"yamnet-gui: {printable(str(project.replacement))}", file=sys.stderr)


def recording_ids(project: Project, patterns: Sequence[str] | None) -> tuple[str, ...] | None:
    """Ids of the recordings of these names, paths, patterns or folders; None for all.

    Raises SettingsError where one matches none.
    """
    if not patterns:
        return None
    by_path = {project.recordings.locate(r): r.id for r in project.recordings.all()}
    known = [LabelledRecording(info) for info in recording_infos(project)]
    whole = [f"{Path(p).absolute()}/*" if is_folder(Path(p)) else p for p in patterns]
    return tuple(sorted(by_path[path] for path in _recordings(whole, known)))


def find_recording(name: str, recordings: Sequence[LabelledRecording]) -> LabelledRecording:
    """The one recording of this name. Raises SettingsError where there is none or several."""
    matches = [r for r in recordings if _is_named(r.recording.path, name)]
    if len(matches) != 1:
        count = "no recording" if not matches else counted(len(matches), "recording")
        raise SettingsError(name, f"matches {count}", "give the full path")
    return matches[0]


def agreed(question: str) -> bool:
    """Asks on the terminal; no answer means no. Raises SettingsError without a terminal."""
    if not sys.stdin.isatty():
        raise SettingsError(
            "--yes", "is required when no terminal is attached; nothing was changed"
        )
    try:
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().casefold() in ("y", "yes")
    except UnicodeDecodeError:
        return False


def _recordings(
    patterns: Sequence[str], recordings: Sequence[LabelledRecording]
) -> frozenset[Path]:
    chosen: set[Path] = set()
    for pattern in patterns:
        paths = {r.recording.path for r in recordings if _is_named(r.recording.path, pattern)}
        if not paths:
            names = [r.recording.path.name for r in recordings[:3]]
            more = " …" if len(recordings) > 3 else ""
            advice = f"there are {', '.join(names)}{more}" if names else ""
            raise SettingsError(pattern, "matches no recording here", advice)
        chosen |= paths
    return frozenset(chosen)


def _is_named(path: Path, pattern: str) -> bool:
    whole = Path(pattern).absolute().as_posix()
    return any(
        text == wanted or fnmatchcase(text, wanted)
        for text, wanted in (
            (path.name, pattern),
            (path.stem, pattern),
            (path.as_posix(), pattern),
            (path.as_posix(), whole),
        )
    )


def _labels(
    names: Sequence[str], recordings: Sequence[LabelledRecording], classes: ClassMap
) -> frozenset[str]:
    available = {event.label for r in recordings for event in r.events}
    by_casefold: dict[str, set[str]] = {}
    for label in available:
        by_casefold.setdefault(label.casefold(), set()).add(label)
    chosen: set[str] = set()
    for name in names:
        if name in available:
            chosen.add(name)
        elif name.casefold() in by_casefold:
            chosen |= by_casefold[name.casefold()]
        else:
            chosen.add(_class_name(name, available, classes))
    return frozenset(chosen)


def _class_name(name: str, labels: Collection[str], classes: ClassMap) -> str:
    match = classes.find(name)
    if match is None:
        advice = did_you_mean(classes.near_names(name, labels)[:3])
        raise SettingsError(name, "is neither a label here nor a class of the model", advice)
    return match.name


def _states(
    names: Sequence[str] | None, usual: frozenset[ReviewState] | None
) -> frozenset[ReviewState] | None:
    if not names:
        return usual
    return None if _ALL in names else frozenset(ReviewState(name) for name in names)


def number(text: str) -> float:
    """A number on the command line, or NaN, which is in no range."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _channel(text: str) -> int | None:
    try:
        return channel_of(text)
    except ValueError:
        reason = f"{text!r} is neither the number of a channel nor {MIX}"
        raise argparse.ArgumentTypeError(reason) from None


def share(text: str) -> float:
    """A number between 0 and 1. Raises ArgumentTypeError."""
    value = number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("must be between 0 and 1")
    return value


class _OldName(argparse.Action):
    """An option under its former name: works as before, with a note on the standard error."""

    new = ""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        note = f"{option_string} is now called {self.new}; the old name will be removed"
        print(f"{parser.prog}: {note}", file=sys.stderr)
        setattr(namespace, self.dest, self.const if self.nargs == 0 else values)


def add_old_name(group: Any, old: str, new: str, **how: Any) -> None:
    """Keeps the former name `old` of the option `new` for one version; `how` as for the option."""
    dest = new.removeprefix("--").replace("-", "_")
    how = {"dest": dest, "default": argparse.SUPPRESS, "help": argparse.SUPPRESS, **how}
    group.add_argument(old, action=type("_Old", (_OldName,), {"new": new}), **how)


def positive_count(text: str) -> int:
    """A whole number from 1 on. Raises ArgumentTypeError."""
    value = int(text) if text.isdecimal() else 0
    if value < 1:
        raise argparse.ArgumentTypeError("must be a whole number of at least 1")
    return value
