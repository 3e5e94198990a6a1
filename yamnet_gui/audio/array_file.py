"""Arrays in one file that opens at once by memory mapping and is refused when it is damaged.

Layout: magic, length and CRC-32 of a JSON header, the header, then each array on a 64-byte border.
The header names the shape and type of every array, the length of the file, and the CRC-32 of each
array small enough to be checked at every opening.
"""

import json
import math
import mmap
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.files import replacing
from yamnet_gui.core.json_text import parse_json

_MAGIC = b"YGARRAY1"
_BORDER = 64
_CHECKED_BYTES = 4 << 20


def write_arrays(path: Path, kind: str, facts: dict[str, Any], arrays: list[NDArray]) -> None:
    """Writes arrays with a few facts (JSON values) about them, whole or not at all.

    Makes the folder. Raises OSError.
    """
    described = [
        {
            "shape": list(array.shape),
            "type": array.dtype.str,
            "crc": _crc(array) if array.nbytes <= _CHECKED_BYTES else None,
        }
        for array in arrays
    ]
    header = json.dumps({"kind": kind, "facts": facts, "arrays": described}).encode("ascii")
    start = _up(len(_MAGIC) + 16 + len(header))
    end = start + sum(_up(array.nbytes) for array in arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside, beside.open("wb") as file:
        file.write(_MAGIC + struct.pack("<IIQ", len(header), zlib.crc32(header), end) + header)
        file.write(bytes(start - file.tell()))
        for array in arrays:
            file.write(np.ascontiguousarray(array).data)
            file.write(bytes(_up(array.nbytes) - array.nbytes))


def read_arrays(path: Path, kind: str) -> tuple[dict[str, Any], list[NDArray]]:
    """The facts and the arrays, read-only and mapped from the file.

    Raises ValueError where the file is of another kind, cut off or damaged, OSError where it
    cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(len(_MAGIC) + 16)
        if len(head) < len(_MAGIC) + 16 or not head.startswith(_MAGIC):
            raise ValueError(f"{path.name} is not a file of arrays")
        size, crc, end = struct.unpack_from("<IIQ", head, len(_MAGIC))
        header = file.read(size)
        if file.seek(0, 2) != end or len(header) != size or zlib.crc32(header) != crc:
            raise ValueError(f"{path.name} is cut off or damaged")
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if hasattr(mmap, "MADV_WILLNEED"):  # read ahead, so that no frame waits for the disk
        memory.madvise(mmap.MADV_WILLNEED)
    content = parse_json(header)
    if content["kind"] != kind:
        raise ValueError(f"{path.name} holds {content['kind']}, not {kind}")
    arrays = []
    at = _up(len(head) + size)
    for described in content["arrays"]:
        kind_of_number = np.dtype(described["type"])
        count = math.prod(described["shape"])
        array = np.frombuffer(memory, kind_of_number, count, at).reshape(described["shape"])
        if described["crc"] is not None and _crc(array) != described["crc"]:
            raise ValueError(f"{path.name} is damaged")
        arrays.append(array)
        at += _up(array.nbytes)
    return content["facts"], arrays


def _crc(array: NDArray) -> int:
    return zlib.crc32(np.ascontiguousarray(array).data.cast("B") if array.size else b"")


def _up(size: int) -> int:
    return -(-size // _BORDER) * _BORDER
