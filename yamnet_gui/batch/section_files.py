"""A section of a recording as a part in the folder of the run, until all sections are joined."""

import json
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.analysis.finer_scores import FinerBlock
from yamnet_gui.analysis.sections import CannotCutError, Section, SectionTable

from .parts import Part

SECTION_KIND = "section"
_LONGEST_HEAD = 1 << 20


def write_section(file: IO[bytes], section: Section) -> None:
    """Writes a line of JSON and then arrays, those of each table one after another."""
    head = {
        "span": [section.first, section.last],
        "count": section.count,
        "runtime": section.runtime,
        "recipe": section.recipe,
        "state": list(section.state),
        "power": list(section.power),
        "warnings": list(section.warnings),
        "tables": [
            {"channel": table.channel, "finer": [block.number for block in table.finer]}
            for table in section.tables
        ],
    }
    file.write(json.dumps(head).encode() + b"\n")
    for table in section.tables:
        for array in _arrays(table):
            np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)


def read_section(part: Part) -> Section:
    """Raises CannotCutError where the part is not whole."""
    if not part.is_whole():
        raise CannotCutError
    try:
        with part.open() as file:
            head = json.loads(file.readline(_LONGEST_HEAD))
            tables = [_table(file, entry) for entry in head["tables"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotCutError from error
    first, last = head["span"]
    size, changed = head["state"]
    channels, mix, count = head["power"]
    return Section(
        first,
        last,
        head["count"],
        head["runtime"],
        head["recipe"],
        (size, changed),
        (channels, mix, count),
        tuple(head["warnings"]),
        tuple(tables),
    )


def _arrays(table: SectionTable) -> Iterator[NDArray[Any]]:
    yield from (table.scores, table.embeddings, table.envelope)
    for block in table.finer:
        yield from (block.frames, block.scores)


def _table(file: IO[bytes], entry: dict[str, Any]) -> SectionTable:
    def array() -> NDArray[Any]:
        return np.lib.format.read_array(file, allow_pickle=False)

    channel = entry["channel"]
    scores, embeddings, envelope = array(), array(), array()
    finer = tuple(FinerBlock(number, array(), array(), channel) for number in entry["finer"])
    return SectionTable(channel, scores, embeddings, envelope, finer)
