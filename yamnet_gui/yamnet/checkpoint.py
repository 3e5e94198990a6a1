"""Variables of a TensorFlow checkpoint, read from its two files without TensorFlow.

Nothing that the files contain is run, and nothing is read before it was checked. The index is a
table of LevelDB's format (https://github.com/google/leveldb/blob/main/doc/table_format.md) from
variable names to `BundleEntryProto`; an entry says type, shape and place in the data file
(tensorflow/core/protobuf/tensor_bundle.proto). Checkpoints written by objects also hold a
`TrackableObjectGraph` with the names that the variables had in the program.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.text import grouped

from .crc32c import crc32c, masked, matches

OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48
_TRAILER = 5  # kind of compression, checksum
_MOST_ENTRIES = 10_000
_LONGEST_NAME = 1_000
_LARGEST_GRAPH = 4 * 2**20
_FLOAT, _STRING = 1, 7


class CheckpointError(Exception):
    """The files are not a checkpoint, or are damaged. Its text says which, for a sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a variable lies in the data file: `offset` and `size` in bytes."""

    dtype: int
    shape: tuple[int, ...]
    offset: int
    size: int
    checksum: int

    @property
    def is_float32(self) -> bool:
        return self.dtype == _FLOAT


def read_index(index: bytes) -> dict[str, Entry]:
    """Every variable in the index. Raises CheckpointError."""
    try:
        entries = dict(_rows(index))
        header = entries.pop("", None)
        if header is None:
            raise CheckpointError("has an index without a header")
        fields = dict(_fields(header))
        if fields.get(1, 1) != 1:
            raise CheckpointError("is spread over several data files")
        if fields.get(2, 0) != 0:
            raise CheckpointError("was written with another order of bytes")
        return {name: _entry(value) for name, value in entries.items()}
    except (IndexError, struct.error, ValueError, TypeError) as error:
        raise CheckpointError("has a damaged index") from error


def read_floats(entry: Entry, data: bytes) -> NDArray[np.float32]:
    """The values of a float32 variable. Raises CheckpointError where they are not whole."""
    count = int(np.prod(entry.shape, dtype=object)) if entry.shape else 1
    if not entry.is_float32 or entry.size != 4 * count:
        raise CheckpointError("has an array that is not of 32-bit numbers")
    return np.frombuffer(_content(entry, data), "<f4").reshape(entry.shape).astype(np.float32)


def full_names(entries: dict[str, Entry], data: bytes) -> dict[str, str]:
    """Names that variables had in the program, and where they are: {"layer1/conv/kernel": key}.

    Empty where the checkpoint has no graph of objects. Raises CheckpointError.
    """
    entry = entries.get(OBJECT_GRAPH)
    if entry is None:
        return {}
    if entry.dtype != _STRING or entry.shape or entry.size > _LARGEST_GRAPH:
        raise CheckpointError("has a damaged list of objects")
    # a string is its length, the checksum of the length, and its bytes
    try:
        stored = _part(data, entry.offset, entry.size)
        length, start = _varint(stored, 0)
        graph = stored[start + 4 :]
        if len(graph) != length:
            raise CheckpointError("has a damaged list of objects")
        names = {}
        for number, node in _fields(graph):
            if number != 1 or not isinstance(node, bytes):
                continue
            for part, attribute in _fields(node):
                if part == 2 and isinstance(attribute, bytes):
                    texts = dict(_fields(attribute))
                    names[_text(texts.get(2, b""))] = _text(texts.get(3, b""))
        return names
    except (IndexError, struct.error, ValueError, TypeError) as error:
        raise CheckpointError("has a damaged list of objects") from error


def _content(entry: Entry, data: bytes) -> bytes:
    content = _part(data, entry.offset, entry.size)
    if masked(crc32c(content)) != entry.checksum:
        raise CheckpointError("has values that do not match their checksum: it is damaged")
    return content


def _part(data: bytes, offset: int, size: int) -> bytes:
    if offset < 0 or size < 0 or offset + size > len(data):
        raise CheckpointError("is truncated")
    return data[offset : offset + size]


def _rows(index: bytes) -> Iterator[tuple[str, bytes]]:
    if len(index) < _FOOTER or struct.unpack("<Q", index[-8:])[0] != _MAGIC:
        raise CheckpointError("has an index that is truncated or of another kind")
    footer = index[-_FOOTER:-8]
    place = 0
    for _ in range(2):  # the handle of the table of tables, which is not needed
        _, place = _varint(footer, place)
    count = 0
    for _, handle in _block(index, footer[place:]):
        for name, value in _block(index, handle):
            count += 1
            if count > _MOST_ENTRIES:
                raise CheckpointError(f"has more than {grouped(_MOST_ENTRIES)} variables")
            yield name.decode("utf-8"), value


def _block(index: bytes, handle: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of the block at a handle; each key shares its beginning with the last."""
    offset, place = _varint(handle, 0)
    size, _ = _varint(handle, place)
    whole = _part(index, offset, size + _TRAILER)
    if whole[size]:
        raise CheckpointError("has a compressed index")
    if not matches(memoryview(whole)[: size + 1], whole[size + 1 :]):
        raise CheckpointError("has an index that does not match its checksum: it is damaged")
    restarts = int(struct.unpack("<I", whole[size - 4 : size])[0])
    end = size - 4 * (restarts + 1)
    place, key = 0, b""
    while place < end:
        shared, place = _varint(whole, place)
        unshared, place = _varint(whole, place)
        length, place = _varint(whole, place)
        if shared > len(key) or shared + unshared > _LONGEST_NAME or place + unshared > end:
            raise ValueError
        key = key[:shared] + whole[place : place + unshared]
        place += unshared
        if place + length > end:
            raise ValueError
        yield key, whole[place : place + length]
        place += length


def _entry(value: bytes) -> Entry:
    shape: list[int] = []
    numbers = {1: 0, 3: 0, 4: 0, 5: 0, 6: 0}
    for number, field in _fields(value):
        if number == 2 and isinstance(field, bytes):
            for part, dimension in _fields(field):
                if part == 2 and isinstance(dimension, bytes):
                    size = dict(_fields(dimension)).get(1, 0)
                    shape.append(int(size))
        elif isinstance(field, int):
            numbers[number] = field
        elif number == 7:
            raise CheckpointError("has variables in slices")
    if numbers[3]:
        raise CheckpointError("is spread over several data files")
    return Entry(numbers[1], tuple(shape), numbers[4], numbers[5], numbers[6])


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field of a protobuf message: integers and bytes."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        kind = tag & 7
        if kind == 0:
            value, place = _varint(message, place)
            yield tag >> 3, value
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            yield tag >> 3, int.from_bytes(_exactly(message, place, size), "little")
            place += size
        elif kind == 2:
            length, place = _varint(message, place)
            yield tag >> 3, _exactly(message, place, length)
            place += length
        else:
            raise ValueError


def _exactly(content: bytes, place: int, size: int) -> bytes:
    if place + size > len(content):
        raise ValueError
    return content[place : place + size]


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise ValueError


def _text(value: int | bytes) -> str:
    if isinstance(value, int) or len(value) > _LONGEST_NAME:
        raise ValueError
    return value.decode("utf-8")
