"""Events cut out of their recordings into files, with a table of where each came from."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.audio import AudioSource, open_audio, write_clip
from yamnet_gui.core.errors import LabelsError, UserError
from yamnet_gui.core.files import is_file
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.storage.notation import recording_text
from yamnet_gui.labels.formats.text import escape_formula, number

from .audiofolder import check_folder, state_of, write_audiofolder, write_rows
from .clip_plan import (
    DEFAULT_TEMPLATE,
    NO_LABEL,
    WINDOW_TEMPLATE,
    Clip,
    ClipOptions,
    Overlap,
    Split,
    check_template,
    plan_clips,
    split_recordings,
    split_sizes,
)
from .clip_windows import Windows
from .own_clips import OwnClips
from .spectrogram_image import write_spectrogram

__all__ = [
    "DEFAULT_TEMPLATE",
    "MANIFEST_COLUMNS",
    "MANIFEST_NAME",
    "WINDOW_TEMPLATE",
    "Clip",
    "ClipOptions",
    "CutClip",
    "Overlap",
    "Split",
    "Windows",
    "check_template",
    "cut_clips",
    "plan_clips",
    "split_recordings",
    "split_sizes",
    "write_manifest",
]

MANIFEST_NAME = "manifest.csv"
MANIFEST_COLUMNS = (
    "clip", "split", "label", "mid", "class_index", "file", "onset_s", "offset_s",
    "clip_start_s", "clip_end_s", "channel", "state", "score_max", "other_labels", "event_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CutClip:
    """What became of a clip: the span that was written, or why it was not, as a sentence."""

    clip: Clip
    path: Path
    written: TimeSpan | None
    problem: str = ""


RecordingLoader = Callable[[Path], AudioSource]


def cut_clips(
    clips: Sequence[Clip],
    folder: Path,
    options: ClipOptions,
    *,
    open_recording: RecordingLoader = open_audio,
) -> Iterator[CutClip]:
    """Cuts the clips below `folder`, yields what became of each, then writes the manifest.

    A recording that cannot be read costs its own clips, not the others; a clip that would be
    written over a recording, or over a file that no export wrote, is not cut. Closing the generator
    stops the work; clips that were cut stay, and are in the manifest. Raises LabelsError where the
    folder cannot be made, holds tables of others or clips of another split, or the manifest cannot
    be written.
    """
    done: list[CutClip] = []
    check_folder(folder, clips, MANIFEST_NAME, MANIFEST_COLUMNS, options)
    own = OwnClips(folder, MANIFEST_NAME, MANIFEST_COLUMNS[0])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        own.claim([name for clip in clips for name in _names(clip, options)])
    except OSError as error:
        reason = "is a file" if is_file(folder) else f"cannot be created ({error.strerror})"
        raise LabelsError(folder, reason, "choose another folder for the clips") from error
    try:
        shares = _by_recording(clips)
        for path, share in shares.items():
            free = []
            for clip in share:
                if problem := own.problem(_names(clip, options), shares.keys()):
                    done.append(CutClip(clip, folder / clip.relative, None, problem))
                    yield done[-1]
                else:
                    free.append(clip)
            for cut in _cut(path, free, folder, options, open_recording):
                done.append(cut)
                yield cut
    finally:
        write_manifest(done, folder)
        if options.audiofolder:
            cut_ones = [(c.clip, c.written) for c in done if c.written is not None]
            write_audiofolder(cut_ones, folder)


def _by_recording(clips: Sequence[Clip]) -> dict[Path, list[Clip]]:
    groups: dict[Path, list[Clip]] = {}
    for clip in clips:
        groups.setdefault(clip.recording.path, []).append(clip)
    return groups


def _cut(
    path: Path,
    clips: Sequence[Clip],
    folder: Path,
    options: ClipOptions,
    opener: RecordingLoader,
) -> Iterator[CutClip]:
    try:
        source = opener(path)
    except UserError as error:
        yield from (CutClip(clip, folder / clip.relative, None, str(error)) for clip in clips)
        return
    windows = options.windows  # all of one length, to the sample
    padding_s = options.padding_s if windows is None else 0.0
    length_s = options.fixed_length_s if windows is None else windows.length_s
    with source:
        for clip in clips:
            target = folder / clip.relative
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                written = write_clip(
                    source,
                    clip.span,
                    target,
                    padding_s=padding_s,
                    fixed_length_s=length_s,
                    format=options.format,
                )
            except UserError as error:
                yield CutClip(clip, target, None, str(error))
            except OSError as error:
                yield CutClip(clip, target, None, f"{target}: {error.strerror or error}")
            else:
                yield CutClip(clip, target, written, _pictured(source, written, target, options))


def _names(clip: Clip, options: ClipOptions) -> list[str]:
    """The files of a clip, below the folder."""
    name = clip.relative.as_posix()
    return [name, f"{name}.png"] if options.pictures else [name]


def _pictured(source: AudioSource, span: TimeSpan, clip: Path, options: ClipOptions) -> str:
    """Draws the clip if wanted; what went wrong, which does not undo the clip."""
    if options.pictures:
        try:
            write_spectrogram(source, span, clip.with_name(clip.name + ".png"))
        except UserError as error:
            return str(error)
    return ""


def write_manifest(cuts: Sequence[CutClip], folder: Path) -> Path:
    """The table of the clips that were cut. Raises LabelsError."""

    def rows() -> Iterator[Sequence[str]]:
        yield MANIFEST_COLUMNS
        for cut in cuts:
            if cut.written is not None:
                yield _manifest_row(cut.clip, cut.written)

    return write_rows(folder / MANIFEST_NAME, rows())


def _manifest_row(clip: Clip, written: TimeSpan) -> list[str]:
    event = clip.events[0] if len(clip.events) == 1 else None  # windows have none, or many
    label = event.label if event is not None else "+".join(clip.labels) or NO_LABEL
    return [
        escape_formula(clip.relative.as_posix()),
        clip.split,
        escape_formula(label),
        event.mid if event is not None else "",
        "" if event is None or event.class_index is None else str(event.class_index),
        escape_formula(recording_text(clip.recording.path)),
        number(clip.about.start_s),
        number(clip.about.end_s),
        number(written.start_s),
        number(written.end_s),
        "" if event is None or event.channel is None else str(event.channel),
        state_of(clip),
        number(clip.score_max),
        json.dumps(clip.other_labels, ensure_ascii=False) if clip.other_labels else "",
        escape_formula(event.id) if event is not None else "",
    ]
