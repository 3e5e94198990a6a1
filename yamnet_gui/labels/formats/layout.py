"""How a text table is laid out: separator, quotes, decimal mark, and whether it has a header."""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from yamnet_gui.audio import SOUND_SUFFIXES

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blank": " "}
"""Separators of columns by the name that users give them; blank: any run of blanks."""
_TRIED = ("\t", ";", ",", "|", " ")
_ROWS_TRIED = 200
_SOUND_ENDINGS = tuple(sorted(SOUND_SUFFIXES))
_SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_NUMBER = re.compile(r"\s*[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\s*")
_POINT = re.compile(r"\s*[-+]?\d*\.\d+([eE][-+]?\d+)?\s*")
_COMMA = re.compile(r"\s*[-+]?\d*,\d+([eE][-+]?\d+)?\s*")
_TIME = re.compile(r"\s*-?\d+(:\d\d?){1,2}([.,]\d*)?\s*")


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How rows become cells. `skipped`: lines before the header or, without one, the first row.

    `quoted`: cells may stand in double quotes. `header`: the names of the columns as they stand,
    None where there are none. `columns`: how many there are. `decimal_comma`: numbers are written
    like 1,5.
    """

    separator: str
    quoted: bool
    header: tuple[str, ...] | None
    columns: int
    skipped: int = 0
    decimal_comma: bool = False


def is_number(text: str) -> bool:
    """Whether the cell is a number, with a point or a comma, or a time like 0:01:02.5."""
    return bool(_NUMBER.fullmatch(text) or _TIME.fullmatch(text))


def fold_name(name: str) -> str:
    """The name of a column as names are compared: without case, blanks and Unicode forms."""
    return "".join(unicodedata.normalize("NFC", name).split()).casefold()


def split_line(line: str, separator: str, quoted: bool, columns: int = 0) -> list[str]:
    """The cells of one line. Blanks: of `columns`, the last one takes the rest of the line."""
    if quoted and '"' in line:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=separator == " "), [])
    if separator != " ":
        return line.split(separator)
    return line.split(None, columns - 1) if columns else line.split()


def guess_layout(
    head: str,
    *,
    separator: str | None = None,
    header: bool | None = None,
    whole: bool = True,
) -> TableLayout | None:
    """The likeliest layout of a table that begins like this; None where it is no table.

    `head`: its first lines, ends as LF; `whole`: whether that is all of it, so that its last line
    is complete. `separator` and `header`, where given, are not guessed.
    """
    lines = head.split("\n")
    if not whole and len(lines) > 1:
        lines.pop()
    lines = lines[: _ROWS_TRIED * 2]
    skipped = 0
    declared = None
    while skipped < len(lines):
        text = lines[skipped].strip()
        if match := _SEP_LINE.fullmatch(lines[skipped].strip("\r")) if skipped == 0 else None:
            declared = match[1]
        elif text and not text.startswith("#"):
            break
        skipped += 1
    commented = _commented_header(lines[:skipped])
    rows = [line for line in lines[skipped:] if line.strip()][:_ROWS_TRIED]
    if not rows:
        return None
    separator = separator or declared or _likeliest_separator(rows)
    if separator is None:
        return None
    quoted = _is_quoted(rows, separator)
    return _with_header(rows, separator, quoted, skipped, header, commented)


def rows_of_head(head: str, layout: TableLayout, whole: bool = True) -> list[list[str]]:
    """Cells of the first rows after the header."""
    lines = head.split("\n")
    if not whole and len(lines) > 1:
        lines.pop()
    lines = lines[layout.skipped : layout.skipped + 2 * _ROWS_TRIED]
    rows = [line for line in lines if line.strip()]
    columns = layout.columns if layout.separator == " " and not layout.quoted else 0
    cells = _cells(rows, layout.separator, layout.quoted, columns)
    return [row for row in cells[layout.header is not None :] if any(c.strip() for c in row)]


def _cells(rows: Sequence[str], separator: str, quoted: bool, columns: int = 0) -> list[list[str]]:
    """The rows apart, see `split_line`; quoted cells may reach over several lines."""
    if quoted and separator != " " and any('"' in row for row in rows):
        reader = csv.reader((f"{row}\n" for row in rows), delimiter=separator, strict=True)
        try:
            return list(reader)
        except csv.Error:  # a quote that is a character like others, or the end of the sample
            pass
    return [split_line(row, separator, quoted, columns) for row in rows]


def _commented_header(comments: Sequence[str]) -> str | None:
    """The last comment before the table, which may be its header: `# filename TAB onset`."""
    texts = [c.strip().lstrip("#").strip() for c in comments if c.strip().startswith("#")]
    return texts[-1] if texts else None


def _likeliest_separator(rows: Sequence[str]) -> str | None:
    """The separator that parts all rows alike and leaves the most numbers; None: none parts them.

    The first of `_TRIED` wins where several are as good.
    """
    best, most = None, 0.0
    for separator in _TRIED:
        quoted = _is_quoted(rows, separator)
        cells = _cells(rows, separator, quoted)
        alike = _likeness(cells, separator)
        numbers = sum(is_number(cell) for row in cells for cell in row)
        score = alike * (0.1 + numbers / max(1, sum(map(len, cells))))
        if separator == " ":
            score *= 0.7  # blanks stand inside of labels, names and dates
        if alike >= 0.5 and score > most + 1e-9:
            best, most = separator, score
    return best


def _likeness(cells: Sequence[Sequence[str]], separator: str) -> float:
    """The part of the rows with as many cells as the first; half of it counts where some lack."""
    first = len(cells[0])
    if first < 2:
        return 0.0
    body = Counter(len(row) for row in cells[1:])
    if not body:
        return 1.0
    if separator == " ":  # the last cell may consist of several words
        return sum(n for count, n in body.items() if count >= 2) / sum(body.values())
    usual = body.most_common(1)[0][0]
    wanted = {first, usual} if usual in (first, first + 1) else {first}
    same = sum(n for count, n in body.items() if count in wanted)
    short = sum(n for count, n in body.items() if 2 <= count < first)
    return (same + short / 2) / sum(body.values())


def _is_quoted(rows: Sequence[str], separator: str) -> bool:
    """Whether quotes belong to the table, not to its cells.

    Of the programs that separate cells by TABs, only R quotes: all texts, names of columns too.
    """
    if separator == " ":
        return rows[0].count('"') >= 2
    if separator != "\t":
        return True
    cells = [cell for cell in rows[0].split("\t") if cell.strip()]
    texts = [cell for cell in cells if not is_number(cell)]
    quoted = all(len(c) >= 2 and c[0] == c[-1] == '"' for c in texts)
    return quoted and len(texts) >= (1 if len(texts) == len(cells) else 2)


def _with_header(
    rows: Sequence[str],
    separator: str,
    quoted: bool,
    skipped: int,
    header: bool | None,
    commented: str | None,
) -> TableLayout:
    cells = _cells(rows, separator, quoted)
    if header is None:
        header = _has_header(cells)
    body = cells[1:] if header else cells
    comma = _has_decimal_comma(body)
    if header:
        names = [name.strip() for name in cells[0]]
        if _has_row_names(rows[1:], body, len(names)):
            names = ["", *names]
        return TableLayout(separator, quoted, tuple(names), len(names), skipped, comma)
    usual = Counter(len(row) for row in cells).most_common(1)[0][0]
    columns = min(len(row) for row in cells) if separator == " " and not quoted else usual
    if commented is not None:
        names = [n.strip() for n in split_line(commented, separator, quoted)]
        if len(names) == columns:
            return TableLayout(separator, quoted, tuple(names), columns, skipped - 1, comma)
    return TableLayout(separator, quoted, None, columns, skipped, comma)


def _has_row_names(rows: Sequence[str], body: Sequence[Sequence[str]], named: int) -> bool:
    """Whether each row begins with its own name, for which R writes no name of a column."""
    if not body or any(len(row) != named + 1 for row in body):
        return False
    quoted = all(row.lstrip().startswith('"') for row in rows) and len(rows) == len(body)
    return quoted or [row[0] for row in body] == [str(k + 1) for k in range(len(body))]


def _has_header(cells: Sequence[Sequence[str]]) -> bool:
    """Names of columns are no numbers, and no names of sound files."""
    first = cells[0]
    if any(is_number(cell) for cell in first) or not any(cell.strip() for cell in first):
        return False
    return not any(is_sound_name(cell) for cell in first)


def is_sound_name(text: str) -> bool:
    """Whether the cell ends like the name of a recording."""
    return text.strip().lower().endswith(_SOUND_ENDINGS)


def _has_decimal_comma(rows: Sequence[Sequence[str]]) -> bool:
    commas = sum(bool(_COMMA.fullmatch(cell)) for row in rows for cell in row)
    points = sum(bool(_POINT.fullmatch(cell)) for row in rows for cell in row)
    return commas > points
