"""Writing and reading labels in any format, completely or not at all."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.files import check_no_device, exists, is_file, is_folder, replacing
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.text import printable, unique_names
from yamnet_gui.labels.overwrite_guard import check_companion, check_outputs, is_ours, spare
from yamnet_gui.labels.own_names import OwnNames, checksum
from yamnet_gui.labels.recording_names import most_folders

from . import any_table, markers
from .base import ImportResult, LabelFormat, ReadOptions, WriteOptions
from .columns import ColumnMapping
from .detection import detect
from .encodings import OFFERED
from .format_limits import losses_of
from .registry import FORMATS
from .sample import Sample
from .sidecar import BEGINNING as SIDECAR_BEGINNING
from .sidecar import read_sidecar, restore, sidecar_lines, sidecar_path
from .text import readable

_NO_WRITE_OPTIONS = WriteOptions()
_NO_READ_OPTIONS = ReadOptions()
_LINES_AT_ONCE = 1000
_TELL_EVERY_S = 0.3
LABELS_LIST = ".yamnet_gui-labels"
"""Lists the label files of a folder that are ours; hidden, for programs that read whole folders."""
_LABELS_HEAD = "labels that yamnet_gui has written into this folder\n"


def label_format(name: str) -> LabelFormat:
    """The format of this name. Raises LabelsError that lists all names."""
    fmt = FORMATS.get(name)
    if fmt is None:
        raise LabelsError(name, "is not a label format", f"choose one of {', '.join(FORMATS)}")
    return fmt


def output_files(
    format_name: str,
    recordings: Sequence[LabelledRecording],
    path: Path,
    *,
    options: WriteOptions = _NO_WRITE_OPTIONS,
) -> list[tuple[Path, Sequence[LabelledRecording]]]:
    """Which file gets which recordings. `path` is a file, or a folder for one file each.

    Raises LabelsError where several recordings should go into one file that can hold only one.
    """
    fmt = label_format(format_name)
    if fmt.combined and not options.per_recording:
        return [(path, recordings)]
    if len(recordings) == 1 and not is_folder(path):
        return [(path, recordings)]
    named = path.name.lower().endswith(fmt.suffix.lower())
    if is_file(path) or (not exists(path) and named):
        raise LabelsError(path, f"{fmt.title} stores one recording per file", "choose a folder")
    paths = [r.recording.path for r in recordings]
    names = unique_names(paths, most_folders(paths))  # so that reading finds each recording again
    return [(path / f"{name}{fmt.suffix}", [r]) for name, r in zip(names, recordings, strict=True)]


def planned_files(
    format_name: str,
    recordings: Sequence[LabelledRecording],
    path: Path,
    *,
    options: WriteOptions = _NO_WRITE_OPTIONS,
) -> list[Path]:
    """All files that `write_labels` would write, companions and sidecar files included.

    Raises LabelsError where one of them is a file of others, a recording or a project.
    """
    fmt = label_format(format_name)
    planned = []
    try:
        shares = output_files(format_name, recordings, path, options=options)
        own = _own_labels(shares, path, options)
        for out, share in shares:
            for target, content in _contents(fmt, share, out, options):
                _checked(target, content, options, named=target == out)
                planned.append(target)
        planned += [path / LABELS_LIST] if own else []
    except UnicodeEncodeError as error:
        raise _not_unicode(path, error) from error
    return planned


def write_labels(
    format_name: str,
    recordings: Sequence[LabelledRecording],
    path: Path,
    *,
    options: WriteOptions = _NO_WRITE_OPTIONS,
) -> list[Path]:
    """Writes the labels and returns the paths of all files, companions and sidecar files included.

    `path` is a file, or a folder where each recording gets its own. Nothing is put in place
    before everything is written, so old files survive any failure. Raises LabelsError, also
    where `path` is a recording or a project.
    """
    made: list[Path] = []
    for step in writing(format_name, recordings, path, options=options):
        made = list(step.made)
    return made


@dataclass(frozen=True, slots=True)
class WriteStep:
    """How far an export is. `made`: the files, in the last step only, when they are in place.

    `remarks`: what the user should know, in the last step.
    """

    files_done: int
    files: int
    lines: int
    made: tuple[Path, ...] = ()
    remarks: tuple[str, ...] = ()


def writing(
    format_name: str,
    recordings: Sequence[LabelledRecording],
    path: Path,
    *,
    options: WriteOptions = _NO_WRITE_OPTIONS,
) -> Iterator[WriteStep]:
    """`write_labels` step by step. Closing the generator leaves everything as it was.

    Raises LabelsError, also where `path` is a recording or a project.
    """
    fmt = label_format(format_name)
    if fmt.write is None:
        raise LabelsError(path, f"{fmt.title} can only be read")
    spare(path, (r.recording.path for r in recordings))
    made: list[Path] = []
    written: dict[str, str] = {}
    lines = 0
    try:
        shares = output_files(format_name, recordings, path, options=options)
        own = _own_labels(shares, path, options)
        with ExitStack() as stack:
            for n, (out, labelled) in enumerate(shares):
                out.parent.mkdir(parents=True, exist_ok=True)
                share = _nameable(fmt, labelled, out, options)
                for target, content in _contents(fmt, share, out, options):
                    content = _checked(target, content, options, named=target == out)
                    beside = stack.enter_context(replacing(target))
                    for count in _filling(beside, content):
                        lines += count
                        yield WriteStep(n, len(shares), lines)
                    made.append(target)
                    if target == out and own:
                        written[out.name] = checksum(beside)
            if own:  # entered last, so in place first: no file of ours is ever without it
                stack.enter_context(own.claiming(written))
    except UnicodeEncodeError as error:
        raise _not_unicode(path, error) from error
    except OSError as error:
        advice = "the old file is unchanged" if is_file(path) else ""
        raise LabelsError(path, f"cannot be written ({error.strerror or error})", advice) from error
    yield WriteStep(len(shares), len(shares), lines, tuple(made))


def _own_labels(
    shares: Sequence[tuple[Path, Sequence[LabelledRecording]]], path: Path, options: WriteOptions
) -> OwnNames | None:
    """The list of our files where each recording has its own in the folder `path`, else None.

    A sidecar of ours proves its file. Raises LabelsError where a file of others is in the way.
    """
    if all(out == path for out, _ in shares):
        return None
    proven = [out.name for out, _ in shares if is_ours(sidecar_path(out), SIDECAR_BEGINNING)]
    own = OwnNames(path, LABELS_LIST, _LABELS_HEAD, proven)
    check_outputs([out for out, _ in shares], options.spared)
    for out, _ in shares:
        if problem := own.problem(out.name):
            raise LabelsError(
                out, f"{problem} and is left as it is", "move it away or choose another folder"
            )
    return own


def _nameable(
    fmt: LabelFormat, recordings: Sequence[LabelledRecording], out: Path, options: WriteOptions
) -> Sequence[LabelledRecording]:
    """With names that are not UTF-8 as the format can write them: as they are, else as text.

    Only formats that quote names can hold any bytes. `RecordingNames` finds the others again.
    """
    texts = [printable(r.recording.path) for r in recordings]
    if all(t == str(r.recording.path) for t, r in zip(texts, recordings, strict=True)):
        return recordings
    try:
        for _target, content in _contents(fmt, recordings, out, options):
            if not isinstance(content, bytes):
                for line in content:
                    line.encode()
    except (UnicodeEncodeError, LabelsError):
        return [
            replace(r, recording=replace(r.recording, path=Path(text)))
            for text, r in zip(texts, recordings, strict=True)
        ]
    return recordings


def _not_unicode(path: Path, error: UnicodeEncodeError) -> LabelsError:
    bad = error.object[max(0, error.start - 20) : error.end + 20]
    return LabelsError(path, f"{bad!r} cannot be written as UTF-8")


def _contents(
    fmt: LabelFormat, recordings: Sequence[LabelledRecording], out: Path, options: WriteOptions
) -> Iterable[tuple[Path, Iterable[str] | bytes]]:
    assert fmt.write is not None
    options = replace(options, folder=out.parent)
    for tail, content in fmt.write(recordings, options).items():
        yield (out.with_name(out.stem + tail) if tail else out), content
    if options.sidecar:
        yield sidecar_path(out), sidecar_lines(fmt.name, recordings)


def _checked(
    path: Path, content: Iterable[str] | bytes, options: WriteOptions, *, named: bool
) -> Iterable[str] | bytes:
    """The content, once it is certain that the file may be replaced. Raises LabelsError.

    A file that the user did not name has to be one of ours: it starts like the content.
    """
    check_outputs([path], options.spared)
    if named or isinstance(content, bytes):
        return content
    lines = iter(content)
    first = next(lines, "")
    start = first.partition("\n")[0]
    check_companion(path, SIDECAR_BEGINNING if start.startswith(SIDECAR_BEGINNING) else start)
    return chain([first], lines)


def _fill(path: Path, content: Iterable[str] | bytes) -> None:
    for _ in _filling(path, content):
        pass


def _filling(path: Path, content: Iterable[str] | bytes) -> Iterator[int]:
    """Writes the content; yields how many lines have come, every so often and at the end."""
    if isinstance(content, bytes):
        path.write_bytes(content)
        yield 1
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        part: list[str] = []
        shown = time.monotonic()
        for line in content:
            part.append(line)
            # lines with measures take long: their number is told as time goes by
            if len(part) >= _LINES_AT_ONCE or time.monotonic() - shown >= _TELL_EVERY_S:
                file.writelines(part)
                yield len(part)
                part, shown = [], time.monotonic()
        if part:
            file.writelines(part)
            yield len(part)


def read_labels(
    format_name: str | None, path: Path, *, options: ReadOptions = _NO_READ_OPTIONS
) -> ImportResult:
    """Reads a file of labels; without `format_name` the format is detected.

    Nothing half read is ever returned. Raises LabelsError with line and reason.
    """
    named = label_format(format_name) if format_name else None
    sample = _sample(path, options.encoding)
    fmt = named or detect(sample, FORMATS.values())
    if fmt.read is None:
        raise LabelsError(path, f"{fmt.title} can only be written")
    stored: Sequence[LabelledRecording] | None = None
    warnings: tuple[str, ...] = ()
    beside = sidecar_path(path)
    if options.sidecar and is_file(beside):
        try:
            stored = read_sidecar(beside)
        except LabelsError as error:
            warnings = (str(error),)
    if stored and len(stored) == 1:
        options = replace(options, home=str(stored[0].recording.path))
    with readable(path):
        result = fmt.read(path, replace(options, sample=sample))
    if not sample.encoding_sure and not fmt.binary:
        title = OFFERED.get(sample.encoding, sample.encoding)
        remark = f"read as {title}, which is not certain"
        warnings = (f"{remark}; choose another encoding if letters are wrong", *warnings)
    result = replace(result, warnings=(*warnings, *result.warnings)) if warnings else result
    if stored is None:
        return result
    fmt = _with_columns(fmt, options.columns or sample.guess)
    return restore(fmt, result, stored, options)


def _with_columns(fmt: LabelFormat, columns: ColumnMapping | None) -> LabelFormat:
    """The format as far as these columns store events, if it is any table."""
    return any_table.format_of(columns) if fmt.name == any_table.FORMAT.name else fmt


def detect_format(path: Path, encoding: str | None = None) -> str:
    """The name of the format, detected by the content of the file.

    Raises LabelsError where no known format fits, with what is wrong where one nearly does.
    """
    return detect(_sample(path, encoding), FORMATS.values()).name


def _sample(path: Path, encoding: str | None) -> Sample:
    with readable(path):
        check_no_device(file_of(path))
    # finding the encoding may read all of a file, and a recording is no text
    return Sample(path, "latin-1" if markers.is_recording(path) else encoding)


def losses(
    format_name: str,
    recordings: Sequence[LabelledRecording],
    classes: ClassMap | None = None,
    columns: ColumnMapping | None = None,
) -> list[str]:
    """What the format cannot store of these labels, one sentence each; empty: nothing is lost.

    `columns`: those that are written where the format is any table.
    """
    return losses_of(_with_columns(label_format(format_name), columns), recordings, classes)
