"""Embeddings of every analysed frame of a project, on the disk, for one model."""

import contextlib
import math
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.lock import FileLock
from yamnet_gui.core.model_identity import all_names
from yamnet_gui.core.model_parameters import EMBEDDING_SIZE
from yamnet_gui.core.own_files import check_own_folder

from .frames import EmbeddingTrack, Floats, Frames, Segment
from .store_files import Halves, StoreFiles

FOLDER_SUFFIX = "-embeddings"
_LOCK = "store.lock"
_HALF_MAX = 65504.0
_BLOCK_ROWS = 8192
Channel = int | None | Literal["any"]


def store_folder(project: Path, model_sha256: str) -> Path:
    """Where the embeddings of a project by one model lie: in a folder beside the project file."""
    folder = project.with_name(project.name + FOLDER_SUFFIX)
    places = [folder / name[:16] for name in all_names(model_sha256)]
    return next((place for place in places if place.is_dir()), places[0])


class EmbeddingStore:
    """Appends and reads embeddings of recordings; safe to use from any thread.

    Stored in half precision. One program writes at a time; others may open it `read_only`. A kill
    at any moment costs at most what was being appended. Raises ProjectError where the folder cannot
    be used, belongs to another model, or is being written by another program.
    """

    def __init__(
        self,
        folder: Path,
        model_sha256: str,
        *,
        numbers: int = EMBEDDING_SIZE,
        read_only: bool = False,
    ) -> None:
        self.folder = folder
        self.model_sha256 = model_sha256
        self.numbers = numbers
        self.read_only = read_only
        self._guard = threading.RLock()
        self._segments: list[Segment] = []
        self._view: Frames | None = None
        self._lock: FileLock | None = None
        try:
            if not read_only:
                self._take_lock()
            self._files = StoreFiles(folder, model_sha256, numbers, not read_only)
            self._replay(self._files.lines)
        except OSError as error:
            self._release()
            reason = f"cannot hold the embeddings ({error.strerror or error})"
            raise ProjectError(folder, reason) from error
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            self._release()
            advice = "remove this folder; it is made again by an analysis"
            raise ProjectError(folder, "is not a store of embeddings", advice) from error
        except BaseException:
            self._release()
            raise

    def frames(self) -> Frames:
        """A snapshot of everything stored so far; later appends do not change it."""
        with self._guard:
            if self._view is None:
                vectors, scales, coarse = self._files.mapped()
                self._view = Frames(vectors, scales, tuple(self._segments), coarse)
            return self._view

    def stored(self, recording: str, channel: int | None = None) -> int:
        """How many frames of this track are stored, from its first on."""
        with self._guard:
            own = self._of(recording, channel)
            return own[-1].first_frame + own[-1].count if own else 0

    def recordings(self) -> tuple[str, ...]:
        """Ids of the recordings in the store, in the order of their first frames."""
        with self._guard:
            return tuple(dict.fromkeys(s.track.recording for s in self._segments))

    def append(self, track: EmbeddingTrack, first_frame: int, embeddings: Floats) -> None:
        """Stores the next frames of a track, float32 (n, numbers).

        Frames that are stored already are skipped. A track with another hop, start or end
        than what is stored of it restarts with its frame 0. Raises ValueError where frames are
        missing between or a number is not finite, ProjectError where the disk refuses.
        """
        with self._guard:
            stored = self.stored(track.recording, track.channel)
            if stored and not _alike(self._of(track.recording, track.channel)[-1].track, track):
                if first_frame:
                    raise ValueError("another analysis must begin with its first frame")
                self._note({"drop": track.recording, "channel": track.channel})
                stored = 0
            if first_frame > stored:
                raise ValueError("frames must be stored in order")
            new = embeddings[stored - first_frame :]
            if not len(new):
                return
            if new.shape[1] != self.numbers or not np.isfinite(new).all():
                raise ValueError(f"{self.numbers} finite numbers a frame are needed")
            halves = np.clip(new, -_HALF_MAX, _HALF_MAX).astype(np.float16)
            segment = Segment(track, self._files.rows, len(new), stored)
            with self._as_project_errors():
                self._files.append(halves, {"track": asdict(track), "first": stored})
            self._add(segment)

    def remove(self, recording: str) -> None:
        """Removes a recording. `compact` frees its disk space."""
        with self._guard:
            if recording in self.recordings():
                self._note({"drop": recording, "channel": "any"})

    def relocate(self, recording: str, path: str) -> None:
        """Stores the new path of a recording that was moved."""
        with self._guard:
            self._note({"moved": recording, "path": path})

    def compact(self) -> None:
        """Frees the disk space of unused rows; snapshots stay as they are."""
        with self._guard, self._as_project_errors():
            vectors = self.frames().vectors
            lines = [
                ({"track": asdict(s.track), "first": s.first_frame}, _parts(vectors, s))
                for s in self._segments
            ]
            self._files.rewrite(lines)
            self._files = StoreFiles(self.folder, self.model_sha256, self.numbers, True)
            self._segments, self._view = [], None
            self._replay(self._files.lines)

    def sync(self) -> None:
        """Flushes what was appended to the disk, so that it also survives a power cut."""
        with self._guard, self._as_project_errors():
            self._files.sync()

    def close(self) -> None:
        """Closes the files; snapshots stay readable."""
        with self._guard:
            if not self.read_only:
                with contextlib.suppress(OSError):
                    self._files.sync()
            self._files.close()
            self._release()

    def __enter__(self) -> "EmbeddingStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take_lock(self) -> None:
        check_own_folder(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(self.folder / _LOCK)
        if not self._lock.acquire():
            self._lock = None
            advice = "close it, or wait until it has finished"
            raise ProjectError(self.folder, "is being written by another program", advice)

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @contextlib.contextmanager
    def _as_project_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = f"embeddings cannot be written ({error.strerror or error})"
            raise ProjectError(self.folder, reason) from error

    def _of(self, recording: str, channel: Channel) -> list[Segment]:
        return [
            s
            for s in self._segments
            if s.track.recording == recording and channel in ("any", s.track.channel)
        ]

    def _note(self, line: dict[str, Any]) -> None:
        with self._as_project_errors():
            self._files.note(line)
        self._apply(line)

    def _replay(self, lines: list[dict[str, Any]]) -> None:
        row = 0
        for line in lines:
            if "rows" in line:
                self._add(
                    Segment(_track(line["track"]), row, int(line["rows"]), int(line["first"]))
                )
                row += int(line["rows"])
            else:
                self._apply(line)

    def _apply(self, line: dict[str, Any]) -> None:
        if "drop" in line:
            dropped = {id(s) for s in self._of(line["drop"], line["channel"])}
            self._segments = [s for s in self._segments if id(s) not in dropped]
        elif "moved" in line:
            self._segments = [
                replace(s, track=replace(s.track, path=line["path"]))
                if s.track.recording == line["moved"]
                else s
                for s in self._segments
            ]
        self._view = None

    def _add(self, segment: Segment) -> None:
        """Adds a segment, merged with the last one where it continues that."""
        last = self._segments[-1] if self._segments else None
        if (
            last is not None
            and last.track == segment.track
            and last.stop_row == segment.first_row
            and last.first_frame + last.count == segment.first_frame
        ):
            self._segments[-1] = replace(last, count=last.count + segment.count)
        else:
            self._segments.append(segment)
        self._view = None


def _alike(one: EmbeddingTrack, other: EmbeddingTrack) -> bool:
    """Whether both have the same frames, wherever the file lies."""
    same = one.channel == other.channel and one.hop_s == other.hop_s
    return (
        same and math.isclose(one.start_s, other.start_s) and math.isclose(one.end_s, other.end_s)
    )


def _track(values: dict[str, Any]) -> EmbeddingTrack:
    channel = values["channel"]
    return EmbeddingTrack(
        recording=str(values["recording"]),
        path=str(values["path"]),
        end_s=float(values["end_s"]),
        channel=None if channel is None else int(channel),
        start_s=float(values["start_s"]),
        hop_s=float(values["hop_s"]),
    )


def _parts(vectors: Halves | Floats, segment: Segment) -> Iterator[Halves]:
    for first in range(segment.first_row, segment.stop_row, _BLOCK_ROWS):
        block = vectors[first : min(first + _BLOCK_ROWS, segment.stop_row)]
        yield np.asarray(block, np.float16)
