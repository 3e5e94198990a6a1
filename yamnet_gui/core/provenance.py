"""Where results come from: everything that is needed to make them again, as one JSON file.

Written beside tables and exports on request, and read by `rerun`. Times are UTC, checksums SHA-256.
"""

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from yamnet_gui import __version__
from yamnet_gui.core.storage.notation import is_address, written

from .added_packages import is_bundle
from .errors import SettingsError
from .events import Event, EventList, LabelledRecording
from .files import check_no_device, replacing
from .json_text import parse_json
from .packages import installed_version
from .text import counted

VERSION = 1
PROVENANCE_BEGINNING = '{\n "yamnet_gui_provenance":'
"""How every such file begins, by which it is recognised as ours."""
PACKAGES = (
    *("numpy", "scipy", "numba", "soundfile", "av", "resampy", "h5py"),
    *("ai-edge-litert", "tensorflow"),
)
"""Packages on which results may depend."""
ANALYSIS, EXPORT = "analyze", "export"
_KIND_IN_WORDS = {ANALYSIS: "analysis", EXPORT: "export"}
_LARGEST = 2**30


EventFacts = tuple[float, float, str, int | None, float | None, str]
"""Onset and offset in seconds, label, channel (None: the mix), highest score (None: it has none)
and review state."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file and its content. `sha256` is "" where the file could not be read."""

    path: str
    sha256: str = ""
    bytes: int = -1


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """A recording and what was found in it.

    `path` is absolute, `relative` the way to it from the folder of the provenance file ("" where
    there is none). `problem` is why it has no results. `best` are its highest classes with their
    mean scores.
    """

    path: str
    sha256: str = ""
    bytes: int = -1
    relative: str = ""
    duration_s: float = 0.0
    problem: str = ""
    best: tuple[tuple[str, float], ...] = ()
    events: tuple[EventFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """How results were made, and what they were.

    `kind` is ANALYSIS or EXPORT, `request` everything that was asked for, in values that JSON has.
    `command` is what the user typed, or where the results were asked for, `folder` the folder in
    which relative paths of the command are. `weights` and `classifiers` are the model: path,
    checksum and identity.
    """

    kind: str
    request: dict[str, Any]
    command: tuple[str, ...]
    folder: str
    started_utc: str
    finished_utc: str
    program: dict[str, str]
    versions: dict[str, str]
    machine: dict[str, Any]
    weights: dict[str, Any] = field(default_factory=dict)
    classifiers: tuple[FileFacts, ...] = ()
    recordings: tuple[RecordingFacts, ...] = ()
    outputs: tuple[FileFacts, ...] = ()

    @property
    def event_count(self) -> int:
        return sum(len(recording.events) for recording in self.recordings)

    def by_class(self) -> dict[str, int]:
        """Events by label, most frequent first."""
        counts: dict[str, int] = {}
        for recording in self.recordings:
            for _onset, _offset, label, *_ in recording.events:
                counts[label] = counts.get(label, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def started(kind: str, request: dict[str, Any], command: Sequence[str]) -> Provenance:
    """What is known before anything has been computed."""
    now = _now()
    return Provenance(
        kind, request, tuple(command), str(Path.cwd()), now, now, program(), versions(), machine()
    )


def finished(
    begun: Provenance, recordings: Iterable[RecordingFacts], outputs: Iterable[Path]
) -> Provenance:
    """The same with results, and the files in which they were written."""
    return replace(
        begun,
        recordings=tuple(recordings),
        outputs=tuple(file_facts(path) for path in outputs),
        finished_utc=_now(),
    )


def recording_facts(
    labelled: LabelledRecording, sha256: str, size: int, best: Sequence[tuple[str, float]] = ()
) -> RecordingFacts:
    """A recording with its events."""
    return RecordingFacts(
        written(labelled.recording.path.absolute()),
        sha256,
        size,
        duration_s=labelled.recording.duration_s,
        best=tuple(best),
        events=tuple(
            (e.onset_s, e.offset_s, e.label, e.channel, e.score_max, e.state.value)
            for e in labelled.events
        ),
    )


def event_list(events: Iterable[EventFacts], prefix: str) -> EventList:
    """The events under ids that begin with `prefix`. Raises ValueError where times are none."""
    return EventList.of(
        Event(f"{prefix}{k}", onset, offset, label, channel=channel, score_max=score)
        for k, (onset, offset, label, channel, score, _state) in enumerate(events)
    )


def file_facts(path: Path) -> FileFacts:
    """Checksum and size of a file; of a folder the path alone."""
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError:
        return FileFacts(str(path.absolute()))
    return FileFacts(str(path.absolute()), sha256, size)


def provenance_path(output: Path) -> Path:
    """The provenance file that belongs to a table, a report or a folder of clips."""
    return output.with_name(f"{output.name}.provenance.json")


def write_provenance(provenance: Provenance, path: Path) -> Path:
    """Writes the file, one recording a line. Raises SettingsError where it cannot be written."""
    folder = path.absolute().parent
    results = {
        "recordings": len(provenance.recordings),
        "failed": sum(bool(r.problem) for r in provenance.recordings),
        "events": provenance.event_count,
        "events_by_class": provenance.by_class(),
    }
    values = asdict(replace(provenance, recordings=()))
    del values["recordings"]
    head = json.dumps({"yamnet_gui_provenance": VERSION, "results": results, **values}, indent=1)
    lines = (json.dumps(_recording_values(r, folder)) for r in provenance.recordings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as beside, beside.open("w", encoding="ascii") as file:
            file.write(head.removesuffix("\n}") + ',\n "recordings": [')
            for place, line in enumerate(lines):
                file.write(f"{',' if place else ''}\n  {line}")
            file.write("\n ]\n}\n")
    except OSError as error:
        raise SettingsError(path, f"cannot be written ({error.strerror or error})") from error
    return path


def read_provenance(path: Path) -> Provenance:
    """Reads such a file. Raises SettingsError where it is not one, or is damaged."""
    try:
        check_no_device(path)
        if path.stat().st_size > _LARGEST:
            raise SettingsError(path, "is too large for a provenance file")
        values = parse_json(path.read_bytes())
    except OSError as error:
        raise SettingsError(path, f"cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise SettingsError(path, "is not a provenance file: it is not JSON") from error
    version = values.get("yamnet_gui_provenance") if isinstance(values, dict) else None
    if not isinstance(version, int):
        raise SettingsError(
            path, "is not a provenance file", "give a file that --provenance has written"
        )
    if version > VERSION:
        raise SettingsError(path, "was written by a newer version", "update yamnet_gui")
    try:
        return _provenance(values)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise SettingsError(
            path, f"is damaged ({type(error).__name__}: {error})", "write it again"
        ) from error


def program() -> dict[str, str]:
    """Version and checksum of this program: of its source files, in a bundle compiled ones."""
    return {"name": "yamnet_gui", "version": __version__, "sha256": _program_sha256()}


def versions() -> dict[str, str]:
    """Versions of Python and of the packages on which results may depend, where installed."""
    known = {package: installed_version(package) for package in PACKAGES}
    return {"python": platform.python_version()} | {k: v for k, v in known.items() if v}


def machine() -> dict[str, Any]:
    """The kind of machine, without its name or its user's."""
    return {
        "system": platform.platform(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
    }


@cache
def _program_sha256() -> str:
    root, digest = Path(__file__).parents[1], hashlib.sha256()
    for path in sorted(root.rglob("*.pyc" if is_bundle() else "*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except (OSError, ValueError):
        pass
    return platform.processor()


def _recording_values(recording: RecordingFacts, folder: Path) -> dict[str, Any]:
    """As `asdict`, which would copy each of a million events, with the way from `folder`."""
    values = {name: getattr(recording, name) for name in RecordingFacts.__slots__}
    if is_address(recording.path):
        return values
    with suppress(ValueError):  # on another drive
        values["relative"] = Path(os.path.relpath(recording.path, folder)).as_posix()
    return values


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _provenance(values: dict[str, Any]) -> Provenance:
    if values["kind"] not in (ANALYSIS, EXPORT):
        raise ValueError(f"{values['kind']!r} is not a kind of results")
    return Provenance(
        kind=values["kind"],
        request=dict(values["request"]),
        command=tuple(map(str, values["command"])),
        folder=str(values["folder"]),
        started_utc=str(values["started_utc"]),
        finished_utc=str(values["finished_utc"]),
        program={str(k): str(v) for k, v in values["program"].items()},
        versions={str(k): str(v) for k, v in values["versions"].items()},
        machine=dict(values["machine"]),
        weights=dict(values["weights"]),
        classifiers=tuple(_file(one) for one in values["classifiers"]),
        recordings=tuple(_recording(one) for one in values["recordings"]),
        outputs=tuple(_file(one) for one in values["outputs"]),
    )


def _file(values: dict[str, Any]) -> FileFacts:
    return FileFacts(str(values["path"]), str(values["sha256"]), int(values["bytes"]))


def _recording(values: dict[str, Any]) -> RecordingFacts:
    facts = RecordingFacts(
        path=str(values["path"]),
        sha256=str(values["sha256"]),
        bytes=int(values["bytes"]),
        relative=str(values["relative"]),
        duration_s=float(values["duration_s"]),
        problem=str(values["problem"]),
        best=tuple((str(name), float(score)) for name, score in values["best"]),
        events=tuple(_event(*row) for row in values["events"]),
    )
    event_list(facts.events, "")  # raises where times are none
    return facts


def _event(
    onset: float, offset: float, label: str, channel: int | None, score: float | None, state: str
) -> EventFacts:
    return (
        float(onset),
        float(offset),
        str(label),
        None if channel is None else int(channel),
        None if score is None else float(score),
        str(state),
    )


def in_words(provenance: Provenance) -> str:
    """One line: what was made, of how much, by which version and when."""
    return (
        f"{_KIND_IN_WORDS[provenance.kind]} of {counted(len(provenance.recordings), 'recording')}, "
        f"{counted(provenance.event_count, 'event')}, by yamnet_gui {provenance.program['version']}"
        f" from {provenance.started_utc[:19]} to {provenance.finished_utc[11:19]} UTC"
    )
