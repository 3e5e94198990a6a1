"""Which column of a table holds what: guessed by names and contents, for the user to check."""

import re
from collections.abc import Sequence
from dataclasses import replace

from .column_names import FOLDERS, NAMES, PLURALS, plain_name
from .columns import LISTS, ColumnMapping, Role, TimeUnit
from .layout import is_sound_name
from .review_words import is_state
from .text import plain_float

_NUMERIC = frozenset(
    {
        Role.ONSET,
        Role.OFFSET,
        Role.DURATION,
        Role.LOW,
        Role.HIGH,
        Role.SCORE,
        Role.CHANNEL,
        Role.RATE,
    }
)
_MARKS = frozenset({"", "0", "1", "0.0", "1.0", "true", "false", "pos", "neg", "unk"})
"""Cells of a column that stands for one label: present or not."""
_MOST_MARKED = 5000
_CLASS_NUMBER = re.compile(r"(q|class)_?\d+|q", re.IGNORECASE)


class _Column:
    """A column of the first rows."""

    def __init__(self, number: int, name: str, cells: Sequence[str]) -> None:
        self.reference = name or str(number)
        self.plain, self.unit, self.sign = plain_name(name)
        self.name = name
        self.cells = [cell.strip() for cell in cells]
        self.filled = [cell for cell in self.cells if cell]
        self.numbers = [v for c in self.filled if (v := _number(c)) is not None]
        self.numeric = bool(self.filled) and len(self.numbers) >= 0.8 * len(self.filled)
        self.sounds = sum(map(is_sound_name, self.filled)) * 2 > len(self.filled)

    @property
    def marks(self) -> bool:
        return bool(self.filled) and {c.casefold() for c in self.cells} <= _MARKS

    def fits(self, role: Role) -> bool:
        """Whether its cells can be what the role says."""
        if not self.filled:
            return True
        if role is Role.STATE:
            return all(is_state(cell) for cell in self.filled)
        if role in _NUMERIC:
            return 2 * len(self.numbers) >= len(self.filled)  # wrong cells are named one by one
        return True


def _number(text: str) -> float | None:
    if ":" in text:
        parts = text.replace(",", ".").split(":")
        try:
            return sum(float(p) * 60**k for k, p in enumerate(reversed(parts)))
        except ValueError:
            return None
    for decimal_comma in (False, True):
        try:
            return plain_float(text, decimal_comma)
        except ValueError:
            continue
    return None


def guess_columns(header: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> ColumnMapping:
    """The likeliest mapping. Empty `columns` of a role: nothing looks like it."""
    width = len(header) if header is not None else max((len(row) for row in rows), default=0)
    names = list(header) if header is not None else [""] * width
    columns = [
        _Column(k + 1, names[k], [row[k] if k < len(row) else "" for row in rows])
        for k in range(width)
    ]
    if header is None:
        return _by_contents(columns)
    return _by_names(columns)


def _by_names(columns: Sequence[_Column]) -> ColumnMapping:
    found: dict[Role, _Column] = {}
    free = [c for c in columns if c.plain]

    def take(role: Role, *, also_unfit: bool = False) -> None:
        ranks = NAMES[role]
        named = [c for c in free if c.plain in ranks]
        able = [c for c in named if c.fits(role)] or (named if also_unfit else [])
        if able:
            found[role] = best = min(able, key=lambda c: ranks[c.plain])
            free.remove(best)

    take(Role.RATE)
    take(Role.ONSET)
    take(Role.DURATION)
    if (
        Role.ONSET not in found and Role.DURATION in found
    ):  # Kaleidoscope: OFFSET is where it starts
        starts = [
            c for c in free if c.plain in ("offset", "time", "timestamp") and c.fits(Role.ONSET)
        ]
        if starts:
            found[Role.ONSET] = starts[0]
            free.remove(starts[0])
    take(Role.OFFSET)
    if Role.ONSET not in found:
        points = [c for c in free if c.plain in ("time", "timestamp") and c.fits(Role.ONSET)]
        if points:
            found[Role.ONSET] = points[0]
            free.remove(points[0])
    if Role.ONSET not in found:  # dates and the like: not times of the whole recording
        take(Role.ONSET, also_unfit=True)
    if Role.OFFSET in found and Role.DURATION in found:
        free.append(found.pop(Role.DURATION))
    if Role.ONSET not in found:
        for role in (Role.OFFSET, Role.DURATION):
            if role in found:
                free.append(found.pop(role))
    for role in (
        Role.LOW,
        Role.HIGH,
        Role.CHANNEL,
        Role.SCORE,
        Role.STATE,
        Role.NOTE,
        Role.REVIEWER,
    ):
        take(role)
    recordings = _recording(free)
    free = [c for c in free if c not in recordings]
    labels = _labels(free)
    classes = [] if labels else _classes(free)
    if not labels and not classes:
        labels = [c for c in free if _is_text(c) and Role.ONSET in found][:1]
    pairs = [(Role.RECORDING, c) for c in recordings]
    pairs += [(role, found[role]) for role in Role if role in found]
    pairs += [(Role.LABEL, c) for c in labels] + [(Role.CLASS, c) for c in classes]
    return _finished(pairs, labels)


def _recording(free: Sequence[_Column]) -> list[_Column]:
    """The column of the recording's name, after those of its folders."""
    ranks = NAMES[Role.RECORDING]
    named = [
        c
        for c in free
        if c.plain in ranks and not (c.numeric and c.plain not in ("file", "filename"))
    ]
    named.sort(key=lambda c: (not c.sounds, ranks[c.plain]))
    best = named[:1] or [c for c in free if c.sounds][:1]
    named_alone = best and not any("/" in c or "\\" in c for c in best[0].filled)
    if named_alone and best[0].plain in ("infile", "file", "filename"):
        folders = [c for c in free if c.plain in FOLDERS and c.filled]
        return [*sorted(folders, key=lambda c: FOLDERS[c.plain]), *best]
    return best


def _labels(free: Sequence[_Column]) -> list[_Column]:
    """The column whose name says label most plainly; text goes before numbers."""
    ranks = NAMES[Role.LABEL]
    sure = ("label", "class", "species")
    named = [
        c for c in free if c.plain in sure or (c.plain in ranks and not c.marks and not c.sounds)
    ]
    if not named:
        parts = ("species", "label", "class", "taxon", "annotation")
        named = [c for c in free if _is_text(c) and any(p in c.plain for p in parts)]
        return named[:1]
    filled = [c for c in named if c.filled] or named
    return [min(filled, key=lambda c: (c.numeric, ranks[c.plain]))]


def _classes(free: Sequence[_Column]) -> list[_Column]:
    """Columns that stand for one label each: every cell says whether it is present."""
    marked = [c for c in free if c.marks][:_MOST_MARKED]
    lone = len(marked) == 1 and not _CLASS_NUMBER.fullmatch(marked[0].name)
    return [] if lone and len(free) > 3 else marked


def _is_text(column: _Column) -> bool:
    return bool(column.filled) and not column.numeric and not column.sounds


def _by_contents(columns: Sequence[_Column]) -> ColumnMapping:
    """Without names: file, two times, then what else there is."""
    pairs: list[tuple[Role, _Column]] = []
    doubts: list[str] = []
    sounds = [c for c in columns if c.sounds][:1]
    pairs += [(Role.RECORDING, c) for c in sounds]
    numeric = [c for c in columns if c.numeric]
    texts = [c for c in columns if _is_text(c)]
    if len(numeric) >= 2 and _adjoin(columns, numeric[0], numeric[1]):
        first, second = numeric[:2]
        pairs.append((Role.ONSET, first))
        backwards = any(b < a for a, b in zip(first.numbers, second.numbers, strict=False))
        pairs.append((Role.DURATION if backwards else Role.OFFSET, second))
        doubts.append(
            f"column {second.reference} is taken for the {'duration' if backwards else 'end'}"
        )
        pairs += _further(numeric[2:])
    elif numeric and texts and not sounds:
        pairs.append((Role.ONSET, numeric[0]))
    if texts:
        before = columns.index(texts[0]) < (columns.index(numeric[0]) if numeric else 0)
        if not sounds and before and len(texts) > 1:  # names of recordings without their ending
            pairs.append((Role.RECORDING, texts[0]))
            texts = texts[1:]
        labels = texts[-1:]
        pairs += [(Role.LABEL, c) for c in labels]
    else:
        left = [c for c in numeric if all(c is not known for _, known in pairs)]
        labels = left[:1]
        pairs = [*pairs, *((Role.LABEL, c) for c in labels)]
    return replace(_finished(pairs, labels), doubts=tuple(doubts))


def _adjoin(columns: Sequence[_Column], a: _Column, b: _Column) -> bool:
    return columns.index(b) == columns.index(a) + 1


def _further(numeric: Sequence[_Column]) -> list[tuple[Role, _Column]]:
    """Numbers after the times: a score between 0 and 1, or two frequencies."""
    pairs: list[tuple[Role, _Column]] = []
    scores = [c for c in numeric if all(0 <= v <= 1 for v in c.numbers) and len(set(c.numbers)) > 1]
    if len(numeric) == 1 and (scores or any("." in c for c in numeric[0].filled)):
        pairs += [(Role.SCORE, c) for c in scores]
    elif len(numeric) >= 2:
        low, high = numeric[:2]
        if all(b >= 20 and a <= b for a, b in zip(low.numbers, high.numbers, strict=False)):
            pairs += [(Role.LOW, low), (Role.HIGH, high)]
    return pairs


def _finished(pairs: Sequence[tuple[Role, _Column]], labels: Sequence[_Column]) -> ColumnMapping:
    """The mapping with its units: those that names say, or that contents show."""
    roles: dict[Role, _Column] = dict(pairs)
    times = [roles[r] for r in (Role.ONSET, Role.OFFSET, Role.DURATION) if r in roles]
    unit = next((c.unit for c in times if c.unit is not None), TimeUnit.SECONDS)
    khz = any(roles[r].sign == "khz" for r in (Role.LOW, Role.HIGH) if r in roles)
    score = roles.get(Role.SCORE)
    percent = score is not None and (
        score.sign == "%" or (bool(score.numbers) and 1 < max(score.numbers) <= 100)
    )
    channel = roles.get(Role.CHANNEL)
    return ColumnMapping(
        tuple((role, column.reference) for role, column in pairs),
        unit=unit,
        khz=khz,
        percent=percent,
        channel_0=channel is not None and 0 in channel.numbers,
        labels_apart=_labels_apart(labels),
    )


def _labels_apart(labels: Sequence[_Column]) -> str:
    """What separates several labels of one cell; "" where each cell is one label."""
    if len(labels) != 1:
        return ""
    cells = labels[0].filled
    if set(cells) - {"[]"} and all(re.fullmatch(r"\[(['\"].*['\"])?\]", cell) for cell in cells):
        return LISTS
    for separator in (";", "|"):
        if labels[0].plain in PLURALS and any(separator in cell for cell in cells):
            return separator
    plural = labels[0].plain in PLURALS and not any(", " in cell for cell in cells)
    return "," if plural and any("," in cell for cell in cells) else ""
