"""CRC-32C (Castagnoli), the checksum of TensorFlow's checkpoints, in NumPy.

The checksum is linear over GF(2), so that a long text is cut into lanes that are summed up side
by side and then joined pairwise: appending n zero bytes to a text is a 32 × 32 matrix.
"""

import struct

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL = 0x82F63B78
_LANE = 256  # bytes of a lane: long enough that joining costs little
_MASK_DELTA = 0xA282EAD8

Words = NDArray[np.uint32]


def _table() -> Words:
    values = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        values = np.where(values & 1, (values >> 1) ^ np.uint32(_POLYNOMIAL), values >> 1)
    return values.astype(np.uint32)


_TABLE = _table()


def crc32c(content: bytes | memoryview) -> int:
    """The checksum of the bytes."""
    data = np.frombuffer(content, np.uint8)
    if len(data) < 4:
        state = 0xFFFFFFFF
        for byte in data.tolist():
            state = int(_TABLE[(state ^ byte) & 0xFF]) ^ (state >> 8)
        return state ^ 0xFFFFFFFF
    lanes = 1 << max(0, (len(data) // _LANE).bit_length() - 1)
    length = -(-len(data) // lanes)
    padded = np.zeros(lanes * length, np.uint8)  # zeros in front leave a state of zero as it is
    start = len(padded) - len(data)
    padded[start:] = data
    padded[start : start + 4] ^= 0xFF  # the same as beginning with a state of ones
    columns = np.ascontiguousarray(padded.reshape(lanes, length).T)
    states = np.zeros(lanes, np.uint32)
    for column in columns:
        states = _TABLE[(states ^ column) & 0xFF] ^ (states >> 8)
    zeros = np.uint32(1) << np.arange(32, dtype=np.uint32)
    for _ in range(length if lanes > 1 else 0):
        zeros = _TABLE[zeros & 0xFF] ^ (zeros >> 8)
    while len(states) > 1:
        states = _applied(zeros, states[0::2]) ^ states[1::2]
        zeros = _applied(zeros, zeros)
    return int(states[0]) ^ 0xFFFFFFFF


def masked(checksum: int) -> int:
    """The checksum as checkpoints store it."""
    return (((checksum >> 15) | (checksum << 17)) + _MASK_DELTA) & 0xFFFFFFFF


def matches(content: bytes | memoryview, stored: bytes) -> bool:
    """Whether four bytes are the stored checksum of the content."""
    return masked(crc32c(content)) == int(struct.unpack("<I", stored)[0])


def _applied(matrix: Words, vectors: Words) -> Words:
    """The matrix, whose columns are words, times each of the vectors of bits."""
    result = np.zeros_like(vectors)
    for bit in range(32):
        result ^= np.where((vectors >> np.uint32(bit)) & 1, matrix[bit], np.uint32(0))
    return result
