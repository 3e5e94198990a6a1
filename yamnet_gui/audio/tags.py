"""The few tags of sound files that describe when and how they were recorded."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_LARGEST_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class FileTags:
    """`comment`: free text of the recorder. `origination`: "YYYY-MM-DD HH:MM:SS" of a broadcast
    WAV. `created`: ISO 8601 creation time of a container. Empty where the file has no such tag."""

    comment: str = ""
    origination: str = ""
    created: str = ""


def file_tags(path: Path) -> FileTags:
    """The tags of a file; empty ones where it has none or cannot be read."""
    return riff_tags(path) if _is_riff(path) else _container(path)


def riff_tags(path: Path) -> FileTags:
    """The tags of a WAV file; empty ones for any other."""
    try:
        if _is_riff(path):
            with path.open("rb") as file:
                return _riff(file)
    except OSError:
        return FileTags()
    return FileTags()


def _is_riff(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:] == b"WAVE"


def _riff(file: BinaryIO) -> FileTags:
    comment = origination = ""
    for name, body in _chunks(file):
        if name == b"bext" and len(body) >= 338:
            comment = comment or _text(body[:256])
            origination = f"{_text(body[320:330])} {_text(body[330:338])}".strip()
        elif name == b"LIST" and body[:4] == b"INFO":
            at = body.find(b"ICMT")
            if at >= 0 and at + 8 <= len(body):
                size = struct.unpack_from("<I", body, at + 4)[0]
                comment = _text(body[at + 8 : at + 8 + size])
    return FileTags(comment, origination)


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each small chunk of a RIFF file; large ones are skipped."""
    end = file.seek(0, 2)
    at = 12
    while at + 8 <= end:
        file.seek(at)
        name, size = struct.unpack("<4sI", file.read(8))
        small = size <= _LARGEST_CHUNK
        yield name, file.read(size) if small and name != b"data" else b""
        at += 8 + size + (size & 1)


def _container(path: Path) -> FileTags:
    import av

    av.logging.set_level(av.logging.PANIC)
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            tags = {key.lower(): value for key, value in container.metadata.items()}
            for stream in container.streams.audio:
                tags |= {key.lower(): value for key, value in stream.metadata.items()}
    except (av.FFmpegError, OSError, ValueError):
        return FileTags()
    created = tags.get("creation_time") or tags.get("date_recorded") or ""
    return FileTags(tags.get("comment", ""), "", created)


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("utf-8", errors="replace").strip()
