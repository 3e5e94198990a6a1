"""Vectors of a recording as a part in the folder of a run, until they are joined to one file."""

import json
from collections.abc import Iterable, Iterator
from typing import IO

import numpy as np

from yamnet_gui.core.errors import SettingsError

from .parts import Part
from .vectors import Vectors

VECTORS_KIND = "vectors"
_LONGEST_HEAD = 1 << 26


def write_vector_part(file: IO[bytes], blocks: Iterable[Vectors]) -> None:
    """Writes for each block a line of JSON and then its arrays."""
    for rows in blocks:
        head = {"channel": rows.channel, "labels": rows.labels}
        file.write(json.dumps(head).encode() + b"\n")
        for array in (rows.start_s, rows.end_s, rows.values):
            np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)


def read_vector_part(part: Part) -> Iterator[Vectors]:
    """The blocks in their order. Raises SettingsError where the part is broken."""
    try:
        with part.open() as file:
            while line := file.readline(_LONGEST_HEAD):
                head = json.loads(line)
                start_s, end_s, values = (
                    np.lib.format.read_array(file, allow_pickle=False) for _ in range(3)
                )
                yield Vectors(head["channel"], start_s, end_s, values, tuple(head["labels"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = "a part of the unfinished run is broken"
        raise SettingsError(part.path, reason, "restart with --restart") from error
