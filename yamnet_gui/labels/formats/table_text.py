"""Rows of any text table, cells apart, columns by name: what all readers of tables share."""

import csv
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from yamnet_gui.core.errors import LabelsError

from .base import ReadOptions
from .layout import TableLayout, fold_name, guess_layout, rows_of_head, split_line
from .text import lines

T = TypeVar("T")

_BLOCK = 1024
"""Rows that are looked at together: few enough to be in the processor's memory all the time."""


class NamedRows(ABC):
    """A table that is read row by row, its columns known by name. `path`: for errors."""

    path: Path
    header: Sequence[str] | None
    """The names of the columns, None where there are none."""
    decimal_comma = False
    header_line: int | None = None
    beginning: Sequence[Sequence[str]]
    """Cells of the first rows."""

    @abstractmethod
    def rows(self, at_least: int = 0) -> Iterator[tuple[int, list[str]]]:
        """(line number, cells) without header, blank rows and rows whose cells are all empty.

        Cells that are left out at the end of a row are empty. Raises LabelsError, also where a row
        has fewer cells than `at_least`.
        """

    def columns(self, needed: Sequence[str] = (), optional: Sequence[str] = ()) -> dict[str, int]:
        """Name → position, of the needed columns and those of the optional ones that there are.

        Names are compared without regard to case and blanks; of two alike the first counts. Raises
        LabelsError that names what is missing.
        """
        positions: dict[str, int] = {}
        for k, name in enumerate(self.header or ()):
            positions.setdefault(fold_name(name), k)
        for name in needed:
            if fold_name(name) not in positions:
                reason = f"the column {name!r} is missing"
                raise LabelsError(self.path, reason, line=self.header_line)
        wanted = (*needed, *optional)
        return {n: positions[fold_name(n)] for n in wanted if fold_name(n) in positions}

    def others(self, known: Sequence[str]) -> dict[str, int]:
        """Name → position of the columns that have a name and are none of the known ones."""
        taken = {fold_name(name) for name in known}
        names: dict[str, int] = {}
        for k, name in enumerate(self.header or ()):
            if name and fold_name(name) not in taken:
                names.setdefault(name, k)
        return names


class TableText(NamedRows):
    """A table of text. `layout`: how rows become cells."""

    def __init__(
        self,
        path: Path,
        encoding: str | None,
        layout: TableLayout,
        beginning: Sequence[Sequence[str]] = (),
    ) -> None:
        self.path = path
        self.header = layout.header
        self.decimal_comma = layout.decimal_comma
        self.header_line = layout.skipped + 1
        self.beginning = beginning
        self._layout = layout
        self._encoding = encoding

    def rows(self, at_least: int = 0) -> Iterator[tuple[int, list[str]]]:
        layout = self._layout
        width = layout.columns
        rows = self._quoted() if layout.quoted else self._plain()
        if layout.header is not None:
            next(rows, None)
        for line, cells in rows:
            if not cells[0].strip() and not "".join(cells).strip():
                continue
            if len(cells) < width:
                if len(cells) < at_least:
                    reason = f"has {len(cells)} cells where {at_least} are needed"
                    raise LabelsError(self.path, reason, line=line)
                cells.extend([""] * (width - len(cells)))
            yield line, cells

    def _lines(self) -> Iterator[str]:
        """Lines from the header or the first row on."""
        rest = lines(self.path, self._encoding)
        for _ in range(self._layout.skipped):
            next(rest, None)
        return rest

    def _plain(self) -> Iterator[tuple[int, list[str]]]:
        separator, columns = self._layout.separator, self._layout.columns
        blanks = separator == " "
        for count, line in enumerate(self._lines(), start=self._layout.skipped + 1):
            text = line.rstrip("\r\n")
            if text and not text.isspace():
                cells = split_line(text, " ", False, columns) if blanks else text.split(separator)
                yield count, cells

    def _quoted(self) -> Iterator[tuple[int, list[str]]]:
        separator = self._layout.separator
        reader = csv.reader(
            self._lines(), delimiter=separator, strict=True, skipinitialspace=separator == " "
        )
        skipped = self._layout.skipped
        first = 1 + skipped
        try:
            for row in reader:
                if row:
                    yield first, row
                first = reader.line_num + 1 + skipped
        except csv.Error as error:
            reason = f"cells cannot be separated ({error})"
            raise LabelsError(self.path, reason, line=first) from error


def in_blocks(rows: Iterable[T], most: int = _BLOCK) -> Iterator[list[T]]:
    """The rows, many at a time; what is wrong with one of them is raised after those before it."""
    rest = iter(rows)
    while True:
        block: list[T] = []
        try:
            for row in islice(rest, most):
                block.append(row)
        except LabelsError:
            if block:
                yield block
            raise
        if not block:
            return
        yield block


def table_of(path: Path, options: ReadOptions) -> TableText:
    """The table in this file, its layout guessed from its beginning where it is not chosen.

    Raises LabelsError where it is no table.
    """
    sample = options.sample_of(path)
    if not sample.head.strip():
        raise LabelsError(path, "is empty", "it needs at least a line of column names")
    layout, beginning = sample.layout, sample.first_rows
    chosen = options.columns
    if chosen is not None and (chosen.separator or chosen.header is not None):
        whole = sample.is_whole
        layout = guess_layout(
            sample.head, separator=chosen.separator, header=chosen.header, whole=whole
        )
        beginning = rows_of_head(sample.head, layout, whole) if layout is not None else []
    if layout is None:
        raise LabelsError(path, "is not a table: its lines have no columns in common")
    return TableText(path, sample.encoding, layout, beginning)
