"""The table by which Hugging Face's `audiofolder` loads clips as a training set.

`datasets.load_dataset("audiofolder", data_dir=FOLDER)` takes the folders `train`, `validation` and
`test` for the parts of the set, and in each the columns of `metadata.csv`.
"""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.files import exists, is_folder, replacing
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.storage.notation import recording_text
from yamnet_gui.labels.formats.text import csv_lines, number

from .clip_plan import NO_LABEL, PARTS, Clip, ClipOptions

METADATA_NAME = "metadata.csv"
COLUMNS = (
    "file_name", "label", "labels", "other_labels", "recording", "onset_s", "offset_s",
    "clip_start_s", "clip_end_s", "state", "score_max",
)  # fmt: skip
"""No column of text may be empty in a whole part: it would count as numbers there.

So `labels` and `other_labels` are lists in JSON, and a window has the times of the window.
"""


def check_folder(
    folder: Path,
    clips: Sequence[Clip],
    manifest: str,
    columns: Sequence[str],
    options: ClipOptions,
) -> None:
    """Raises LabelsError where the clips would spoil what is in the folder, or it the clips.

    Tables that were not written here are not overwritten; and clips of another split that stay
    there could put a recording into two parts. `columns`: those of the manifest.
    """
    parts = {clip.split for clip in clips}
    tables = [(folder / manifest, columns)]
    if options.audiofolder:
        tables += [(folder / part / METADATA_NAME, COLUMNS) for part in parts]
    for path, own in tables:
        if exists(path) and not _begins_with(path, own):
            reason = "is a table that this program did not write"
            raise LabelsError(path, reason, "choose another folder for the clips")
    if parts - {""}:
        planned = {(folder / clip.relative).as_posix().casefold() for clip in clips}
        for part in PARTS:
            _check_part(folder / part, planned)


def _check_part(folder: Path, planned: set[str]) -> None:
    if not is_folder(folder):
        return
    for path in sorted(folder.rglob("*")):
        name = path.as_posix().removesuffix(".png").casefold()
        if is_folder(path) or path.name == METADATA_NAME or name in planned:
            continue
        reason = "is not of this split, so a recording could get into two parts"
        raise LabelsError(path, reason, "choose an empty folder for the clips")


def _begins_with(path: Path, own: Sequence[str]) -> bool:
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = next(csv.reader([file.readline(10_000)]), [])
    except (OSError, csv.Error):
        return False
    return header[: len(own)] == list(own)


def state_of(clip: Clip) -> str:
    """The state of the clip's events; "mixed" of several, "reviewed" of a window without any."""
    states = {event.state.value for event in clip.events}
    if not states:
        return "reviewed"
    return states.pop() if len(states) == 1 else "mixed"


def write_audiofolder(clips: Iterable[tuple[Clip, TimeSpan]], folder: Path) -> list[Path]:
    """A table for each part of the set, or one for all, with the spans that were written.

    Raises LabelsError.
    """
    by_part: dict[str, list[tuple[Clip, TimeSpan]]] = {}
    for clip, written in clips:
        by_part.setdefault(clip.split, []).append((clip, written))
    paths = []
    for part, rows in by_part.items():
        lines = [COLUMNS, *(_row(clip, written, part) for clip, written in rows)]
        paths.append(write_rows(folder / part / METADATA_NAME, lines))
    return paths


def _row(clip: Clip, written: TimeSpan, part: str) -> list[str]:
    place = clip.relative.relative_to(part) if part else clip.relative
    return [
        place.as_posix(),
        "+".join(label or "unlabelled" for label in clip.labels) or NO_LABEL,
        json.dumps(clip.labels, ensure_ascii=False),
        json.dumps(clip.other_labels, ensure_ascii=False),
        recording_text(clip.recording.path),
        number(clip.about.start_s),
        number(clip.about.end_s),
        number(written.start_s),
        number(written.end_s),
        state_of(clip),
        number(clip.score_max),
    ]


def write_rows(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    """Writes a table of comma-separated rows. Raises LabelsError.

    Halves of characters, which names of files may hold, are written as `\\udc…`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            replacing(path) as beside,
            beside.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
        ):
            file.writelines(csv_lines(rows))
    except OSError as error:
        raise LabelsError(path, f"cannot be written ({error.strerror or error})") from error
    return path
