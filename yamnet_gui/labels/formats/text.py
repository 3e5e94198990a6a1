"""Text in and out: encodings, bounded lines, numbers, cells that spreadsheets leave alone."""

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TextIO, cast

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.stopping import check_stopped

from .encodings import find_encoding

LONGEST_LINE = 1 << 20
"""Characters; a longer line is not a table of labels."""
MOST_BLANK_LINES = 10_000
"""In a row; a table with more of them is none."""
LONGEST_S = 1e12
"""Times beyond this are no times: nothing that counts samples or milliseconds of them fits."""
_DECIMALS, _NOISE_ULPS = 9, 4
_BLOCK = 1 << 16
"""Characters of a table that are read at once."""
_BLANK = 2
"""A line of more characters than its end can have is none of the blank ones that are counted."""
LARGEST_WHOLE = 1 << 28
"""Bytes of a file that has to be read in one piece (JSON, XML)."""

_HALF = re.compile("[\udc80-\udcff]")
"""What Python puts in place of a byte that is no text."""
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_FORMULA_OUT = re.compile(r"'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def escape_formula(text: str) -> str:
    """The text with `'` before what a spreadsheet would take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """Undoes `escape_formula`."""
    return text[1:] if _FORMULA_OUT.match(text) else text


def without_escape(text: str) -> str:
    """The text as it is written where nothing is escaped and read by readers that still unescape.

    Earlier versions escaped formulas in files for programs, too, and those files are still read.
    """
    return text.lstrip("'") if _FORMULA_OUT.match(text) else text


def one_line(text: str) -> str:
    """The text without TABs and line breaks, for formats that cannot quote."""
    return re.sub(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029\0]+", " ", text)


def number(value: float | None, decimals: int = 6) -> str:
    """Plain decimal text with at least this many decimals: the one rule for numbers in tables.

    It reads back to the same float, but for what binary arithmetic leaves at the last place of a
    number of up to nine decimals: 6.7075, not 6.7075000000000005.
    """
    if value is None:
        return ""
    short = f"{value:.{decimals}f}"
    if float(short) == value:
        return short
    plain = round(float(value), _DECIMALS)
    if plain and abs(plain - value) <= _NOISE_ULPS * math.ulp(value):
        value = plain
    text = f"{Decimal(repr(float(value))):f}"
    missing = decimals - len(text.partition(".")[2])
    return text + "0" * missing if missing > 0 and "." in text else text


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Comma-separated lines, every cell quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for row in rows:
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turns what goes wrong while reading into LabelsError."""
    try:
        yield
    except OSError as error:
        raise LabelsError(path, f"cannot be read ({error.strerror})") from error
    except (UnicodeError, LookupError) as error:
        raise LabelsError(path, "is not text in this encoding", "choose another one") from error


def _reading(encoding: str) -> str:
    """The codec to read with: one that leaves out a byte-order mark, if there is one."""
    return "utf-8-sig" if encoding.replace("_", "-").lower() in ("utf-8", "utf8") else encoding


def lines(path: Path, encoding: str | None = None) -> Iterator[str]:
    """Lines with their ends (any of CR, LF, CRLF), a block at a time, so that size does not matter.

    Raises LabelsError with the line's number where it is no text or far too long.
    """
    with readable(path):
        encoding = _reading(encoding or find_encoding(path).name)
        # UTF-16 cannot smuggle bad bytes through; others can, and so tell the line
        errors = "strict" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
        check = _LineCheck(path, encoding.removesuffix("-sig"))
        with path.open(encoding=encoding, errors=errors, newline="") as file:
            for block in _blocks_of_lines(file):
                check_stopped()
                yield from check.checked(block)


def _blocks_of_lines(file: TextIO) -> Iterator[list[str]]:
    """Blocks of whole lines; one that is far too long comes in part, as the last of a block."""
    rest = ""
    while text := file.read(_BLOCK):
        text = rest + text
        open_end = text.endswith("\r")  # a line feed may follow
        block = io.StringIO(text[:-1] if open_end else text, newline="").readlines()
        rest = block.pop() if block and not block[-1].endswith(("\r", "\n")) else ""
        rest += "\r" if open_end else ""
        if len(rest) >= LONGEST_LINE:
            yield [*block, rest]
            return
        yield block
    yield [rest] if rest else []


class _LineCheck:
    """Refuses what is no line of a label table."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path = path
        self._encoding = encoding
        self._before = self._blank = 0

    def checked(self, block: list[str]) -> Iterable[str]:
        """The lines. Nearly all blocks show as a whole that nothing is wrong with any of them."""
        text = "".join(block)
        plain = text.isascii() or not _HALF.search(text)
        whole = plain and "\0" not in text and len(text) < LONGEST_LINE
        if not whole or min(map(len, block), default=0) <= _BLANK:
            return self._one_by_one(block)
        self._before, self._blank = self._before + len(block), 0
        return block

    def _one_by_one(self, block: list[str]) -> Iterator[str]:
        for line in block:
            self._before += 1
            self._blank = 0 if len(line) > _BLANK or line.strip() else self._blank + 1
            if self._blank > MOST_BLANK_LINES:
                raise self._error("contains only blank lines")
            if len(line) >= LONGEST_LINE:
                raise self._error("is far too long for a label table")
            if not line.isascii() and _HALF.search(line):
                raise self._error(f"is not text in the encoding {self._encoding}",
                                  "choose another encoding")  # fmt: skip
            if "\0" in line:
                raise self._error("contains null bytes; it is not text")
            yield line

    def _error(self, reason: str, advice: str = "") -> LabelsError:
        return LabelsError(self._path, reason, advice, line=self._before)


def whole_text(path: Path, encoding: str | None = None, begins: str = "") -> str:
    """All of a file that cannot be read bit by bit; see `blocks`."""
    return "".join(blocks(path, encoding, begins))


def blocks(path: Path, encoding: str | None = None, begins: str = "") -> Iterator[str]:
    """The text in pieces of up to a million characters, line ends as LF.

    `begins`: characters that it may begin with (blanks left out), so that something else is
    refused before all of it is read. Raises LabelsError where it is too big or no such text.
    """
    begun = not begins
    with readable(path):
        encoding = _reading(encoding or find_encoding(path).name)
        size = path.stat().st_size
        if size > LARGEST_WHOLE:
            raise LabelsError(path, f"is {size >> 20} MiB, too large for a label file")
        with path.open(encoding=encoding, newline=None) as file:
            while block := file.read(1 << 20):
                check_stopped()
                if "\0" in block:
                    raise LabelsError(path, "contains null bytes; it is not text")
                if not begun and (start := block.lstrip("\ufeff \t\n")):
                    begun = True
                    if start[0] not in begins:
                        line = block[: len(block) - len(start)].count("\n") + 1
                        reason = f"starts with {start[:20]!r}, which this format never does"
                        raise LabelsError(path, reason, line=line)
                yield block


def csv_rows(
    path: Path, encoding: str | None = None, delimiter: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of a quoted table, blank lines left out. Raises LabelsError."""
    reader = csv.reader(lines(path, encoding), delimiter=delimiter, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise LabelsError(path, f"cells cannot be separated ({error})", line=first) from error
        if row is None:
            return
        if row:
            yield first, row


def plain_float(text: str, decimal_comma: bool = False) -> float:
    """`float` without Python's own extensions (1_000, digits of other scripts). ValueError.

    A comma is a decimal mark, too; points or commas between groups of three digits are not. What
    could be either (1.234 in a table with decimal commas) raises ValueError.
    """
    if "_" in text or not text.isascii():
        raise ValueError(text)
    if decimal_comma or "," in text:
        text = _with_point(text.strip(), decimal_comma)
    return float(text)


def _with_point(text: str, decimal_comma: bool) -> str:
    mark, group = (",", ".") if decimal_comma else (".", ",")
    if group not in text:
        return text.replace(mark, ".")
    whole, point, rest = text.partition(mark)
    grouped = re.fullmatch(rf"[-+]?[1-9]\d{{0,2}}(\{group}\d{{3}})+", whole)
    if grouped and (point or whole.count(group) > 1):
        return whole.replace(group, "") + "." + rest
    if grouped or point or text.count(group) > 1:
        raise ValueError(text)
    return text.replace(group, ".")


def seconds(
    path: Path, text: str, line: int | None, what: str = "time", decimal_comma: bool = False
) -> float:
    """A finite time of 0 or more. Raises LabelsError."""
    try:
        if decimal_comma or not text.isascii() or "_" in text or "," in text:
            value = plain_float(text, decimal_comma)
        else:  # as it does, without the call: tables have millions of times
            value = float(text)
    except ValueError:
        raise LabelsError(path, f"the {what} {text[:40]!r} is not a number", line=line) from None
    if 0 <= value <= LONGEST_S:
        return value + 0.0  # makes -0.0 plain
    if not math.isfinite(value):
        raise LabelsError(path, f"the {what} is {text.strip()[:40]}, not a time", line=line)
    if value < 0:
        raise LabelsError(path, f"the {what} {text.strip()[:40]} is negative", line=line)
    reason = f"the {what} {text.strip()[:40]} is longer than any recording"
    raise LabelsError(path, reason, line=line)


def optional_number(
    path: Path, text: str, line: int | None, what: str, decimal_comma: bool = False
) -> float | None:
    """A finite number, None for an empty cell. Raises LabelsError."""
    if not text or text.isspace():
        return None
    try:
        if decimal_comma or not text.isascii() or "_" in text or "," in text:
            value = plain_float(text, decimal_comma)
        else:
            value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise LabelsError(path, f"{what} {text[:40]!r} is not a number", line=line)
    return value


def all_numbers(cells: Sequence[str], decimal_comma: bool = False) -> list[float | None] | None:
    """`optional_number` of each cell of a column; None where one needs a look of its own."""
    together = "".join(cells)
    if decimal_comma or not together.isascii() or "_" in together or "," in together:
        return None
    try:
        numbers = [float(cell) if cell else None for cell in cells]
    except ValueError:
        return None
    return numbers if math.isfinite(sum(filter(None, numbers))) else None


def all_seconds(cells: Sequence[str], decimal_comma: bool = False) -> list[float] | None:
    """`seconds` of each cell of a column; None where one needs a look of its own."""
    numbers = all_numbers(cells, decimal_comma)
    if numbers is None or None in numbers or any("-" in cell for cell in cells):
        return None
    times = cast("list[float]", numbers)
    return times if max(times) <= LONGEST_S else None
