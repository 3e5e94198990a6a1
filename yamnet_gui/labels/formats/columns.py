"""What the columns of a table mean: a mapping that can be read, written, saved or typed."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.text import grouped

from .layout import SEPARATORS, fold_name


class Role(StrEnum):
    """What a column holds; the values are the words of `--columns`."""

    ONSET = "onset"
    OFFSET = "offset"
    DURATION = "duration"
    LABEL = "label"
    CLASS = "class"
    RECORDING = "recording"
    LOW = "low"
    HIGH = "high"
    SCORE = "score"
    STATE = "state"
    CHANNEL = "channel"
    REVIEWER = "reviewer"
    NOTE = "note"
    RATE = "rate"


SEVERAL = frozenset({Role.LABEL, Role.CLASS, Role.RECORDING, Role.NOTE})
"""Roles that several columns may have: words of a label, a class each, folder and file, notes."""


LISTS = "[]"
"""`labels_apart` where cells are lists like `['a', 'b']`."""


class TimeUnit(StrEnum):
    """In what times are counted. Hours, minutes and seconds (1:02:03.5) are read in any case."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MINUTES = "min"
    SAMPLES = "samples"
    FRAMES = "frames"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column holds what. `columns`: (role, name of the column, or its number from 1 on).

    `unit`: of onset, offset and duration. `rate_hz`: samples per second where times are samples
    (else the column `rate`, else the recording's own). `hop_s`: seconds from frame to frame.
    `khz`: frequencies are in kHz. `percent`: scores are in percent. `channel_0`: channels count
    from 0. `labels_apart`: what separates the labels of a cell; "": each cell is one label.
    `separator`, `header`: of the layout, guessed where None. `decimal_comma`: when written.
    """

    columns: tuple[tuple[Role, str], ...] = ()
    unit: TimeUnit = TimeUnit.SECONDS
    rate_hz: float | None = None
    hop_s: float | None = None
    khz: bool = False
    percent: bool = False
    channel_0: bool = False
    labels_apart: str = ""
    separator: str | None = None
    header: bool | None = None
    decimal_comma: bool = False
    doubts: tuple[str, ...] = field(default=(), compare=False)

    def names(self, role: Role) -> list[str]:
        return [name for known, name in self.columns if known is role]

    @property
    def is_complete(self) -> bool:
        """Whether every row gets a label, and both its times or none."""
        roles = {role for role, _ in self.columns}
        labelled = bool(roles & {Role.LABEL, Role.CLASS})
        if Role.ONSET in roles:
            return labelled and bool(roles & {Role.OFFSET, Role.DURATION})
        return labelled and Role.RECORDING in roles

    def with_role(self, name: str, role: Role | None) -> "ColumnMapping":
        """The mapping with another role for this column; a role that only one may have moves."""
        others = [
            (r, n)
            for r, n in self.columns
            if fold_name(n) != fold_name(name) and not (r is role and r not in SEVERAL)
        ]
        added = [(role, name)] if role is not None else []
        return replace(self, columns=(*others, *added), doubts=())


_YES = {"yes": True, "no": False}
_DECIMALS = {"comma": True, "point": False}


def parse_mapping(text: str) -> ColumnMapping:
    """A mapping from text like `onset=start,offset=end,label=species,unit=ms`.

    A name with a comma stands in quotes: `"label=Species, English",onset=start`. Raises
    SettingsError.
    """
    mapping = ColumnMapping()
    try:
        parts = next(csv.reader([text], strict=True, skipinitialspace=True), [])
    except csv.Error as error:
        raise SettingsError(text, f"cannot be read ({error})", 'quote like "label=a, b"') from error
    for part in parts:
        key, equals, value = part.partition("=")
        key, value = key.strip().lower(), value.strip()
        if not equals or not value:
            raise SettingsError(part, "is no column", "write onset=NAME,offset=NAME,label=NAME")
        mapping = _with_part(mapping, key, value)
    if not mapping.columns:
        raise SettingsError(text, "names no column", "write onset=NAME,offset=NAME,label=NAME")
    return mapping


def _with_part(mapping: ColumnMapping, key: str, value: str) -> ColumnMapping:
    role = next((r for r in Role if r.value == key), None)
    if role is not None:
        if role not in SEVERAL and mapping.names(role):
            raise SettingsError(f"{key}={value}", f"gives a second column for {key}")
        return replace(mapping, columns=(*mapping.columns, (role, value)))
    match key:
        case "unit":
            return replace(mapping, unit=TimeUnit(_choice(key, value, [u.value for u in TimeUnit])))
        case "rate_hz":
            return replace(mapping, rate_hz=_positive(key, value))
        case "hop":
            return replace(mapping, hop_s=_positive(key, value))
        case "frequencies":
            return replace(mapping, khz=_choice(key, value.lower(), ["hz", "khz"]) == "khz")
        case "scores":
            return replace(mapping, percent=_choice(key, value, ["parts", "percent"]) == "percent")
        case "channels":
            return replace(mapping, channel_0=_choice(key, value, ["0", "1"]) == "0")
        case "labels":
            return replace(mapping, labels_apart=SEPARATORS.get(value, value))
        case "separator":
            named = SEPARATORS.get(value, value)
            return replace(mapping, separator=_choice(key, named, list(SEPARATORS.values())))
        case "header":
            return replace(mapping, header=_YES[_choice(key, value, list(_YES))])
        case "decimal":
            return replace(mapping, decimal_comma=_DECIMALS[_choice(key, value, list(_DECIMALS))])
    words = [*(role.value for role in Role), "unit", "rate_hz", "hop", "frequencies", "scores",
             "channels", "labels", "separator", "header", "decimal"]  # fmt: skip
    raise SettingsError(key, "is nothing that a column can hold", f"choose of {', '.join(words)}")


def _choice(key: str, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise SettingsError(f"{key}={value}", "is not known", f"choose of {', '.join(allowed)}")
    return value


def _positive(key: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e9:
        raise SettingsError(f"{key}={value}", "is not a number above 0")
    return number


def mapping_text(mapping: ColumnMapping) -> str:
    """The mapping as `parse_mapping` reads it."""
    names = {sign: word for word, sign in SEPARATORS.items()}
    parts = [f"{role.value}={name}" for role, name in mapping.columns]
    if mapping.unit is not TimeUnit.SECONDS:
        parts.append(f"unit={mapping.unit.value}")
    if mapping.rate_hz is not None:
        parts.append(f"rate_hz={mapping.rate_hz:g}")
    if mapping.hop_s is not None:
        parts.append(f"hop={mapping.hop_s!r}")
    parts += ["frequencies=khz"] * mapping.khz + ["scores=percent"] * mapping.percent
    parts += ["channels=0"] * mapping.channel_0
    if mapping.labels_apart:
        parts.append(f"labels={names.get(mapping.labels_apart, mapping.labels_apart)}")
    if mapping.separator is not None:
        parts.append(f"separator={names.get(mapping.separator, mapping.separator)}")
    if mapping.header is not None:
        parts.append(f"header={'yes' if mapping.header else 'no'}")
    parts += ["decimal=comma"] * mapping.decimal_comma
    return ",".join(_quoted(part) for part in parts)


def _quoted(part: str) -> str:
    if any(c in part for c in ',"') or part != part.strip():
        return '"' + part.replace('"', '""') + '"'
    return part


def in_words(mapping: ColumnMapping, header: Iterable[str] | None) -> str:
    """What was made of the columns, for the user: "onset from 'start', label from 'species', …"."""
    by_role: dict[Role, list[str]] = {}
    for role, name in mapping.columns:
        by_role.setdefault(role, []).append(name)
    parts = []
    for role, names in by_role.items():
        shown = ", ".join(_column_title(name, header) for name in names[:5])
        more = f" and {grouped(len(names) - 5)} more" if len(names) > 5 else ""
        parts.append(f"{role.value} from {shown}{more}")
    if Role.ONSET not in by_role:
        parts.append("times: the whole recording")
    elif mapping.unit is not TimeUnit.SECONDS:
        parts.append(f"times in {mapping.unit.value}")
    return "; ".join(parts)


def _column_title(name: str, header: Iterable[str] | None) -> str:
    return f"column {name}" if header is None else repr(name)
