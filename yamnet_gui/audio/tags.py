"""The few tags of sound files that describe when and how they were recorded."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from yamnet_gui.core.storage.files import open_for_reading

from .libav import media_of
from .wave_header import riff_chunks

_LARGEST_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileTags:
    """Texts of a file, as they stand in it; empty where it has no such tag.

    `comment`: free text of the recorder. `guano`, `wamd`: time stamps of the GUANO and Wildlife
    Acoustics metadata. `origination`: "YYYY-MM-DD HH:MM:SS" of a broadcast WAV, with
    `reference_s`, the seconds since midnight that its time reference states. `info_date`: date of
    a RIFF information list. `created`: date tags of other containers, the most exact first.
    """

    comment: str = ""
    guano: str = ""
    wamd: str = ""
    origination: str = ""
    reference_s: float = 0.0
    info_date: str = ""
    created: tuple[str, ...] = ()


def file_tags(path: Path) -> FileTags:
    """The tags of a file; empty ones where it has none or cannot be read."""
    try:
        with open_for_reading(path) as file:
            head = file.read(12)
            if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:] == b"WAVE":
                return _riff(file)
    except (OSError, ValueError):
        return FileTags()
    return _container(path)


def _riff(file: BinaryIO) -> FileTags:
    comment = guano = wamd = origination = info_date = ""
    reference = rate_hz = 0
    for name, body in _chunks(file):
        if name == b"fmt " and len(body) >= 8:
            rate_hz = struct.unpack_from("<I", body, 4)[0]
        elif name == b"bext" and len(body) >= 338:
            comment = comment or _text(body[:256])
            origination = f"{_text(body[320:330])} {_text(body[330:338])}".strip()
            if len(body) >= 346:
                reference = struct.unpack_from("<Q", body, 338)[0]
        elif name == b"guan":
            guano = guano or _guano_timestamp(body)
        elif name == b"wamd":
            wamd = wamd or _wamd_timestamp(body)
        elif name == b"LIST" and body[:4] == b"INFO":
            entries = dict(_entries(body[4:]))
            comment = entries.get(b"ICMT", comment)
            # a date of digitisation has the time of day, a date of creation often the day alone
            info_date = entries.get(b"ICRD", "")
            if ":" not in info_date:
                info_date = entries.get(b"IDIT", info_date)
    seconds = reference / rate_hz if rate_hz else 0.0
    return FileTags(comment, guano, wamd, origination, seconds, info_date)


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each small chunk of a RIFF file; large ones are skipped."""
    end = file.seek(0, 2)
    for name, start, size in riff_chunks(file, 12, end):
        file.seek(start)
        small = size <= _LARGEST_CHUNK
        yield name, file.read(size) if small and name != b"data" else b""


def _entries(body: bytes) -> Iterator[tuple[bytes, str]]:
    """The texts of a RIFF information list."""
    at = 0
    while at + 8 <= len(body):
        name, size = struct.unpack_from("<4sI", body, at)
        yield name, _text(body[at + 8 : at + 8 + size])
        at += 8 + size + (size & 1)


def _guano_timestamp(body: bytes) -> str:
    """The time stamp of GUANO metadata (Grand Unified Acoustic Notation Ontology, 1.0)."""
    for line in body.decode("utf-8", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "timestamp":
            return value.strip(" \t\0")
    return ""


_WAMD_TIMESTAMP = 5


def _wamd_timestamp(body: bytes) -> str:
    """The time stamp of Wildlife Acoustics metadata: fields of kind (2 bytes), size (4), body."""
    at = 0
    while at + 6 <= len(body):
        kind, size = struct.unpack_from("<HI", body, at)
        if kind == _WAMD_TIMESTAMP:
            return _text(body[at + 6 : at + 6 + size])
        at += 6 + size
    return ""


_CREATED = (
    "com.apple.quicktime.creationdate",  # the only one of QuickTime that names a zone
    *("date_recorded", "originaldate", "date", "tdrc", "creation_time", "date_digitized"),
)


def _container(path: Path) -> FileTags:
    import av

    av.logging.set_level(av.logging.PANIC)
    try:
        with av.open(media_of(path), metadata_errors="ignore") as container:
            tags = {key.lower(): value for key, value in container.metadata.items()}
            for stream in container.streams.audio:
                tags |= {key.lower(): value for key, value in stream.metadata.items()}
    except (av.FFmpegError, OSError, ValueError):
        return FileTags()
    created = tuple(tags[name] for name in _CREATED if name in tags)
    return FileTags(tags.get("comment", ""), created=created)


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("utf-8", errors="replace").strip()
