"""Missing recordings that no content finds: by name, and then by length."""

from collections.abc import Collection, Sequence
from pathlib import Path

from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.labels.project import Recording
from yamnet_gui.labels.recording_names import RecordingNames

from .placement import LENGTH_STEP_S, SoundFiles


def find_by_name(
    missing: Sequence[Recording], folder: Path, *, taken: Collection[Path] = ()
) -> list[tuple[Recording, Path]]:
    """(recording, file) for each that one file in the folder or below fits, and no other does.

    A file of the recording's name fits if its events lie in it; of a recording whose sound was
    known, if it is as long. Of several the one that is as long fits. Where the sound was never
    known and no file has the name, the only file of exactly its length does.
    """
    files = SoundFiles()
    paths = [p for p in (*files.beside(folder), *files.below(folder)) if p not in taken]
    names = RecordingNames(RecordingInfo(path, 0.0, 0, 0) for path in paths)
    claims: dict[Path, list[Recording]] = {}
    for recording in until_stopped(missing, 1):
        named = names.named(recording.path)
        candidates = [files.opened(c.path) for c in named]
        fit = [c for c in candidates if _as_long(c, recording)]
        if not fit and not recording.content_hash:
            fit = [c for c in candidates if c.duration_s >= recording.duration_s - LENGTH_STEP_S]
        if len(fit) == 1:
            claims.setdefault(fit[0].path, []).append(recording)
    found = [(claim[0], path) for path, claim in claims.items() if len(claim) == 1]
    used = {*claims}
    rest = [r for r in missing if not r.content_hash and not names.named(r.path)]
    free = [files.opened(p) for p in until_stopped(paths, 1) if p not in used] if rest else []
    for recording in until_stopped(rest, 1):
        fit = [c for c in free if _as_long(c, recording)]
        rivals = [r for r in rest if abs(r.duration_s - recording.duration_s) <= LENGTH_STEP_S]
        if len(fit) == len(rivals) == 1:
            found.append((recording, fit[0].path))
    return found


def _as_long(info: RecordingInfo, recording: Recording) -> bool:
    known = info.duration_s > 0 and recording.duration_s > 0
    return known and abs(info.duration_s - recording.duration_s) <= LENGTH_STEP_S
