"""The columns of Raven selection tables: those that Raven makes, ours, and those of the user."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from yamnet_gui.core.errors import LabelsError

from .base import ReadOptions
from .layout import fold_name
from .notes import noted, properties_of
from .table_text import NamedRows, table_of
from .text import one_line

BASE_COLUMNS = (
    "Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)",
    "High Freq (Hz)", "Begin Path", "File Offset (s)",
)  # fmt: skip
OWN_COLUMNS = ("State", "Source Channel", "Note")
CLOCK_COLUMNS = ("Begin Date", "Begin Clock Time", "End Clock Time")
SCORE_COLUMNS = ("Score", "Confidence")
DERIVED_COLUMNS = ("Begin File", "End File", "End Path", "Delta Time (s)", "Delta Freq (Hz)")
"""Further columns that Raven makes of times, frequencies and files, so that they are not stored."""
KNOWN = (*BASE_COLUMNS, *OWN_COLUMNS, *CLOCK_COLUMNS, *DERIVED_COLUMNS)
_LABEL_NAMES = (
    "annotation", "label", "labels", "species", "class", "tag", "tags", "common name",
    "species code", "call type", "call_type", "type", "name", "event",
)  # fmt: skip
_MEASURED = ("delta", "dur", "length", "max", "min", "avg", "peak", "center", "q1", "q3", "iqr",
             "energy", "power", "rms", "bw", "time", "freq", "begin", "end", "file", "agg",
             "inband", "sample", "snr", "sel")  # fmt: skip
_TAKEN = frozenset(fold_name(n) for n in (*KNOWN, *SCORE_COLUMNS, "Annotation"))


def label_columns(path: Path, encoding: str | None = None) -> list[str]:
    """Columns of a selection table that may hold the label, the likeliest first.

    Raises LabelsError.
    """
    return _label_columns(table_of(path, ReadOptions(encoding=encoding)))


def _label_columns(table: NamedRows) -> list[str]:
    names = list(table.others((*KNOWN, *SCORE_COLUMNS)))
    if is_own(table):  # there the label stands right after the columns of Raven
        return names
    able = [n for n in names if not n.casefold().startswith(_MEASURED)]
    rank = {fold_name(name): k for k, name in enumerate(_LABEL_NAMES)}
    return sorted(able, key=lambda n: rank.get(fold_name(n), len(rank)))


def is_own(table: NamedRows) -> bool:
    """Whether this program wrote the table."""
    return len(table.columns((), OWN_COLUMNS)) == len(OWN_COLUMNS)


def label_column(table: NamedRows, chosen: str | None) -> str | None:
    """The name of the column of the label; None where nothing can be one. Raises LabelsError."""
    if chosen is not None:
        return next(iter(table.columns((chosen,))))
    able = _label_columns(table)
    if not able:
        return None
    plain = {fold_name(name) for name in _LABEL_NAMES}
    if len(able) > 1 and fold_name(able[0]) not in plain and not is_own(table):
        advice = f"choose the label column: {', '.join(able)}"
        reason = "several columns could contain the label"
        raise LabelsError(table.path, reason, advice, line=table.header_line)
    return able[0]


def split_note(note: str) -> tuple[dict[str, str], str]:
    """(name → value of the properties that get columns of their own, the rest on one line)."""
    if ": " not in note:
        return {}, one_line(note)
    properties, rest = properties_of(note)
    names = [name for name, _ in properties]
    able = len(set(map(fold_name, names))) == len(names) and all(
        _is_column(name) and value == one_line(value).strip() for name, value in properties
    )
    if not able:
        return {}, one_line(note)
    return dict(properties), one_line(rest)


def joined_note(properties: Iterable[tuple[str, str]], rest: str) -> str:
    """The note that `split_note` parts, properties in order of their names."""
    return noted(sorted(properties), rest)


def _is_column(name: str) -> bool:
    return name == one_line(name).strip() and len(name) <= 60 and fold_name(name) not in _TAKEN


def property_columns(notes: Iterable[str]) -> Sequence[str]:
    """The names of the columns that these notes need."""
    return sorted({name for note in notes if ": " in note for name in split_note(note)[0]})
