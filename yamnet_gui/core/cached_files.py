"""The program's own files in the user's cache folder: which they are, and giving their room back.

The folder may be any that a user named, so a file counts as the program's own only if it is a
regular file with a name that the program gives, in a folder that is none of links. Everything else
is somebody's, and neither counted nor removed.
"""

import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_BESIDE = r"\.{}\.[0-9a-f]{{12}}\.part"
"""What `core.files.replacing` leaves where it is killed."""


@dataclass(frozen=True, slots=True)
class CachedKind:
    """One kind of files: the name of their folder, their names, and what they are called."""

    folder: str
    names: str
    title: str

    def is_own(self, name: str) -> bool:
        """Whether the program gives such names; those of unfinished files are, too."""
        return re.fullmatch(f"{self.names}|{_BESIDE.format(self.names)}", name) is not None


_KEY = r"[0-9a-f]{32}"
DOWNLOADS = CachedKind("downloads", rf"{_KEY}(\.(?!json$)[a-z0-9]{{1,5}})?", "downloads")
DOWNLOAD_NOTES = CachedKind("downloads", rf"{_KEY}(\.[a-z0-9]{{1,5}})?\.json", "downloads")
PEAKS = CachedKind("peaks", rf"{_KEY}\.peaks", "waveforms")
SPECTROGRAMS = CachedKind("spectrograms", rf"{_KEY}\.spectrogram", "spectrograms")
CHECKSUMS = CachedKind("checksums", rf"{_KEY}\.json", "checksums")
SILENCE = CachedKind("silence", r"[0-9a-f]{64}\.npy", "embeddings of silence")
LITERT = CachedKind("litert", r"yamnet-[0-9a-f]{16}-tf[^/]+-[0-9a-f]{16}\.tflite", "networks")
BLOCKS = CachedKind("blocks", rf"{_KEY}-[0-9a-f]{{8}}\.block", "parts of recordings in storage")
COLUMNS = CachedKind("columns", rf"{_KEY}\.columns", "columns of datasets")
KINDS = (
    DOWNLOADS, DOWNLOAD_NOTES, BLOCKS, PEAKS, SPECTROGRAMS, CHECKSUMS, SILENCE, LITERT, COLUMNS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CachedFile:
    """A file of the program's own."""

    path: Path
    used_at: float
    bytes: int


def own_files(cache: Path, kind: CachedKind) -> list[CachedFile]:
    """The program's own files of a kind in the cache folder, the last used first."""
    found = list(_own_files(cache / kind.folder, kind))
    return sorted(found, key=lambda file: file.used_at, reverse=True)


def shrink(
    cache: Path, kind: CachedKind, limit_bytes: int, keep: Path | None = None
) -> list[CachedFile]:
    """Removes the files of a kind that were unused for longest until the limit is met.

    `keep` stays in any case. Returns what was removed.
    """
    files, removed = own_files(cache, kind), []
    total = sum(file.bytes for file in files)
    for file in reversed(files):
        if total <= limit_bytes:
            break
        if file.path != keep:
            total -= file.bytes
            with suppress(OSError):
                file.path.unlink(missing_ok=True)
                removed.append(file)
    return removed


def _own_files(folder: Path, kind: CachedKind) -> Iterator[CachedFile]:
    with suppress(OSError):  # missing, or removed meanwhile
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return
        for path in folder.iterdir():
            with suppress(OSError):
                status = path.lstat()
                if stat.S_ISREG(status.st_mode) and kind.is_own(path.name):
                    yield CachedFile(path, status.st_mtime, status.st_size)
