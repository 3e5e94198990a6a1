"""Repeats what a provenance file describes, and says what differs."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from yamnet_gui.audio import content_statement
from yamnet_gui.core.errors import RecordingError, SettingsError
from yamnet_gui.core.files import exists, is_file
from yamnet_gui.core.provenance import (
    ANALYSIS,
    Provenance,
    RecordingFacts,
    file_facts,
    read_provenance,
    write_provenance,
)
from yamnet_gui.core.provenance_diff import (
    Difference,
    DifferenceKind,
    compare,
    outputs_since,
    same_results,
)
from yamnet_gui.core.sound_track import file_and_track, file_of, with_track
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.labels.exchange.export_provenance import export_again, placed
from yamnet_gui.yamnet import RUNTIME_CHOICES, RuntimeChoice
from yamnet_gui.yamnet.weights import required_weights

from .options import BatchOptions
from .plan import Plan
from .run import BatchProgress, run_batch
from .run_provenance import options_of


@dataclass(frozen=True, slots=True)
class RerunOptions:
    """How to repeat something.

    `weights` and `source` (the project or table of an export) are where they are now, None: where
    they were. `folders` are searched for recordings that are no longer where they were. `runtime`
    None is what was asked for then. `output` gets the provenance of the repetition.
    """

    weights: Path | None = None
    source: Path | None = None
    folders: tuple[Path, ...] = ()
    runtime: RuntimeChoice | None = None
    jobs: int = 1
    output: Path | None = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rerun:
    """A repetition: what it was of, what it gave and every difference, circumstances first."""

    before: Provenance
    after: Provenance
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether inputs and results are the same; programs and machines may be others."""
        return same_results(self.differences)


def rerun(path: Path, options: RerunOptions | None = None) -> Generator[BatchProgress, None, Rerun]:
    """Repeats the analysis or export of a provenance file.

    Everything is computed anew, nothing is taken from the cache, and no table is written. Yields
    the progress of an analysis; closing the generator stops it. Returns what differs. Raises
    UserError where the file, the weights or the source of an export cannot be read.
    """
    options = options or RerunOptions()
    written = read_provenance(path)
    here = path.absolute().parent
    places = _places(written.recordings, here, options.folders)
    try:
        before = placed(written, places)
        if before.kind == ANALYSIS:
            after = yield from _analysed(before, options)
        else:
            after = export_again(before, options.source)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"is damaged ({type(error).__name__}: {error})"
        raise SettingsError(path, reason, "write it again") from error
    if options.output is not None:
        write_provenance(after, options.output)
    outputs = outputs_since(before, [file_facts(Path(one.path)) for one in before.outputs])
    differences = (*compare(before, after), *_source(before, after))
    order = sorted((*differences, *outputs), key=lambda one: not same_results((one,)))
    return Rerun(before, after, tuple(order))


def _analysed(
    before: Provenance, options: RerunOptions
) -> Generator[BatchProgress, None, Provenance]:
    there = [r for r in before.recordings if exists(file_of(path_of(r.path)))]
    with TemporaryDirectory(prefix="yamnet-gui-") as folder:
        target = Path(folder) / "rerun.json"
        batch = _batch(before, options, target)
        plan = Plan(tuple(path_of(r.path) for r in there))
        if not there:
            raise RecordingError(
                before.recordings[0].path if before.recordings else "recordings",
                "none of the recordings are there",
                "name the folder that they are in now with --recordings",
            )
        yield from run_batch(plan, batch, jobs=options.jobs)
        return replace(read_provenance(target), command=options.command or before.command)


def _batch(before: Provenance, options: RerunOptions, target: Path) -> BatchOptions:
    was = Path(str(before.weights["path"]))
    # else those that the program finds by itself, of which it is checked whether they are the same
    weights = options.weights or (was if exists(was) else None)
    runtime = options.runtime or before.request["runtime"]
    if runtime not in RUNTIME_CHOICES:
        raise ValueError(f"{runtime!r} is not a runtime")
    classifiers = [Path(one.path) for one in before.classifiers]
    batch = options_of(before.request, required_weights(weights), classifiers)
    return replace(batch, runtime=runtime, requested_runtime=runtime, provenance=target)


def _places(
    recordings: Iterable[RecordingFacts], here: Path, folders: Sequence[Path]
) -> dict[str, str]:
    """Where recordings are that are no longer where they were; those that stay are left out.

    First by the way from the provenance file, then by name in the folders, preferably one with
    the same content.
    """
    named: dict[str, list[Path]] = {}
    for folder in folders:
        for file in until_stopped(sorted(folder.rglob("*"))):
            named.setdefault(file.name, []).append(file)
    places = {}
    for recording in recordings:
        path, track = file_and_track(path_of(recording.path))
        if is_file(path):
            continue
        beside = here / recording.relative if recording.relative else here / path.name
        candidates = [file_of(beside), here / path.name, *named.get(path.name, ())]
        found = list(dict.fromkeys(c for c in candidates if is_file(c)))
        if found:
            several = found if len(found) > 1 else ()  # else there is nothing to choose by content
            same = (c for c in several if _content(with_track(c, track)) == recording.sha256)
            places[recording.path] = str(with_track(next(same, found[0]).absolute(), track))
    return places


def _content(path: Path) -> str:
    try:
        return content_statement(path)
    except RecordingError:
        return ""


def _source(before: Provenance, after: Provenance) -> Iterable[Difference]:
    was, now = before.request.get("source_sha256"), after.request.get("source_sha256")
    if was != now:
        source = str(before.request.get("source"))
        yield Difference(DifferenceKind.SOURCE, source, "was changed since the export")
