"""The variables of a SavedModel written without TensorFlow, so that damage can have true checksums.

The format is the one that `yamnet_gui.yamnet.checkpoint` reads.
"""

import io
import struct
import tarfile
from collections.abc import Mapping
from pathlib import Path
from random import Random

import numpy as np

from yamnet_gui.yamnet.crc32c import crc32c, masked
from yamnet_gui.yamnet.weights_saved_model import DATA, INDEX, _names_by_order

from .mutators import in_bytes


def _varint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _row(key: bytes, value: bytes) -> bytes:
    return _varint(0) + _varint(len(key)) + _varint(len(value)) + key + value


def _block(rows: bytes) -> bytes:
    body = rows + struct.pack("<II", 0, 1) + b"\0"
    return body + struct.pack("<I", masked(crc32c(body)))


def index_of(rows: bytes) -> bytes:
    """An index file around the rows, whatever they are."""
    block = _block(rows)
    handle = _varint(0) + _varint(len(block) - 5)
    table = _block(_row(b"z", handle))
    footer = handle + _varint(len(block)) + _varint(len(table) - 5)
    return block + table + footer.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


def rows_and_data(arrays: Mapping[str, np.ndarray]) -> tuple[bytes, bytes]:
    """The rows of the index and the content of the data file."""
    rows, data = _row(b"", _field(1, 1)), b""
    keys = {
        f"layer_with_weights-{number}/{part}/.ATTRIBUTES/VARIABLE_VALUE": name
        for (number, part), name in _names_by_order().items()
    }
    for key in sorted(keys):
        array = np.ascontiguousarray(arrays[keys[key]], "<f4")
        content = array.tobytes()
        shape = b"".join(_field(2, _field(1, n)) for n in array.shape)
        sum_ = struct.pack("<I", masked(crc32c(content)))
        entry = _field(1, 1) + _field(2, shape) + _field(4, len(data)) + _field(5, len(content))
        rows += _row(key.encode(), entry + _varint(6 << 3 | 5) + sum_)
        data += content
    return rows, data


def write_archive(path: Path, index: bytes, data: bytes) -> None:
    with tarfile.open(path, "w") as tar:
        for name, content in ((INDEX, index), (DATA, data), ("saved_model.pb", b"not a graph")):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def in_index(random: Random, rows: bytes) -> bytes:
    """An index with true checksums around damaged rows."""
    return index_of(in_bytes(random, rows))
