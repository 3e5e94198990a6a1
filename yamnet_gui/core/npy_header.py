"""The head of a NumPy file that may be damaged, with one kind of error for all that ails it."""

import tokenize
from typing import BinaryIO

import numpy as np
from numpy.typing import DTypeLike


def read_npy_header(file: BinaryIO, dtype: DTypeLike, dimensions: int) -> tuple[int, ...]:
    """The shape that the head states; `file` then stands where the numbers begin.

    Raises ValueError where it is not an array of this type with so many dimensions in rows,
    written as version 1.0; NumPy's own reader raises what its tokenizer and parser do.
    """
    try:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError(f"version {version} of the format")
        shape, by_column, found = np.lib.format.read_array_header_1_0(file)
    except (TypeError, SyntaxError, RecursionError, MemoryError, OverflowError) as error:
        raise ValueError("its head is damaged") from error
    except tokenize.TokenError as error:
        raise ValueError("its head is damaged") from error
    if found != np.dtype(dtype) or by_column or len(shape) != dimensions:
        raise ValueError("it is an array of another kind")
    if any(type(n) is not int or n < 0 for n in shape):
        raise ValueError("its shape is impossible")
    return shape
