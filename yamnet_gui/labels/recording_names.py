"""Which recording a name means: Unicode forms, case and suffix ignored, known tails taken off."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property
from pathlib import Path

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.sound_track import stem_of
from yamnet_gui.core.text import printable, unique_names

_DEEPEST = 8
"""Folders of a path that may be part of a table's name."""
_TAIL = re.compile(
    r"(?:[ ._-]*(?:"
    r"table[ ._-]?\d*|selections?(?:[ ._-]tables?)?|birdnet|results?|audacity|raven|yamnet(?:_gui)?"
    r"|labels?(?:[ ._-]?tracks?)?|annotations?|annot|anno|events?|detections?|segments?|regions?"
    r"|tags?|notes?|textgrid|elan|reviewed|reference|export(?:ed)?|copy(?:[ ._-]?\d+)?|\(\d+\)"
    r"|txt|csv|tsv|json|jams"
    rf"|{'|'.join(sorted(s[1:] for s in SOUND_SUFFIXES))}"
    r"))$"
)
_NUMBERED = re.compile(r"[\W_]*\d+(?![^\W_])")


class FoundBy(StrEnum):
    """How the recording of a table was found; values are shown to the user."""

    CHOICE = "your choice"
    PATTERN = "the pattern"
    PATH = "its path"
    BESIDE = "its name, beside the table"
    BELOW = "its name, below the table"
    NAME = "its name"
    TABLE_NAME = "the table's name"
    LENGTH = "its length"
    NOTHING = "not found"
    SEVERAL = "several fit"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the labels go that a table gives under `name` (None: it names no recording).

    `info`: the recording; None where none or several fit, or where it is left out.
    `candidates`: those that fit, where they are several. `path`: the recording of the result that
    holds these labels. `declared_s`: how long the table says that the recording is, 0: it does not.
    `home`: the path that a sidecar gives where the table itself names no recording.
    """

    name: str | None
    info: RecordingInfo | None
    by: FoundBy
    candidates: tuple[RecordingInfo, ...] = ()
    path: Path = Path()
    events: int = 0
    declared_s: float = 0.0
    home: str = ""

    @property
    def open(self) -> bool:
        """Whether only the user can say which recording is meant."""
        if self.info is not None or self.by is FoundBy.LEFT_OUT:
            return False
        return not (self.name or self.home) or self.by is FoundBy.SEVERAL


def placed(
    name: str | None, hits: Sequence[RecordingInfo], by: FoundBy, *, certain: bool = True
) -> Placement:
    """On the only hit; several, or one that is not certain, are a question."""
    if len(hits) == 1 and certain:
        return Placement(name, hits[0], by)
    by = FoundBy.SEVERAL if hits else FoundBy.NOTHING
    return Placement(name, None, by, tuple(hits))


def name_key(text: str) -> str:
    """Equal for names that differ only in Unicode form or case."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded)


def name_parts(name: str) -> list[str]:
    """The folders and the name of a path of any system, without what only moves about."""
    return [p for p in name.replace("\\", "/").split("/") if p not in ("", ".", "..")]


def contradict(a: str, b: str) -> bool:
    """Whether two names cannot mean the same file: "1/a" and "2/a" cannot, "a" and "1/a" can."""
    first, second = ([name_key(p) for p in reversed(name_parts(n))] for n in (a, b))
    if not first or not second:
        return False
    x, y = first[0], second[0]
    same = x == y or _without_suffix(x) == y or x == _without_suffix(y)
    return not same or any(x != y for x, y in zip(first[1:], second[1:], strict=False))


def shared_parts(name: str, path: Path) -> int:
    """How many folders above the file two paths have in common, counted from the file."""
    count = 0
    for a, b in zip(reversed(name_parts(name)[:-1]), reversed(path.parts[:-1]), strict=False):
        if name_key(a) != name_key(b):
            break
        count += 1
    return count


def _without_suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return stem if stem and f"{dot}{suffix}".lower() in SOUND_SUFFIXES else name


class Sureness(IntEnum):
    """What follows the recording's name in that of a table.

    A number by itself may just as well belong to the name of another recording.
    """

    NUMBER = 0
    WORD = 1
    KNOWN_TAIL = 2


@dataclass(frozen=True, slots=True)
class TableFit:
    """Recordings whose name begins that of a table, with this many characters."""

    hits: tuple[RecordingInfo, ...] = ()
    length: int = 0
    sureness: Sureness = Sureness.KNOWN_TAIL


class RecordingNames:
    """Finds recordings by name. The methods return all that fit equally well."""

    def __init__(self, recordings: Iterable[RecordingInfo]) -> None:
        self.all: Sequence[RecordingInfo] = tuple(recordings)
        self._by_path: dict[str, RecordingInfo] = {}
        self._by_name: defaultdict[str, list[RecordingInfo]] = defaultdict(list)
        self._by_key: defaultdict[str, list[RecordingInfo]] = defaultdict(list)
        self._by_stem: defaultdict[str, list[RecordingInfo]] = defaultdict(list)
        self._by_text: defaultdict[str, list[RecordingInfo]] = defaultdict(list)
        for info in self.all:
            self._by_path[info.path.as_posix()] = info
            self._by_name[info.path.name].append(info)
            self._by_key[name_key(info.path.name)].append(info)
            stem = stem_of(info.path)
            self._by_stem[name_key(stem)].append(info)
            if (cut := unique_names([info.path])[0]) != stem:  # as the names of tables are
                self._by_stem[name_key(cut)].append(info)
            if (text := printable(info.path)) != str(info.path):  # as exports have to write it
                self._by_path[text] = info
                for text in {printable(info.path.name), printable(stem)}:
                    self._by_text[text].append(info)
        self._longer: defaultdict[str, list[RecordingInfo]] | None = None

    @cached_property
    def _twins(self) -> Sequence[RecordingInfo]:
        return [i for infos in self._by_stem.values() if len(infos) > 1 for i in infos]

    @cached_property
    def _numbered(self) -> dict[str, RecordingInfo]:
        """Names that our exports had to number, because even the whole paths look alike."""
        paths = [info.path for info in self._twins]
        names = unique_names(paths, most_folders(paths))
        return {
            name: info
            for name, info in zip(names, self._twins, strict=True)
            if name not in _spellings(info.path)
        }

    def at(self, name: str, folder: Path) -> RecordingInfo | None:
        """The recording with this path, absolute or from the folder, of any system."""
        for text in (name, name.replace("\\", "/")):
            if not text:
                continue
            for path in (text, (folder / text).as_posix()):
                if path in self._by_path:
                    return self._by_path[path]
        return None

    def named(self, name: str) -> list[RecordingInfo]:
        """Those whose path ends like the name: whole name before stem, more folders first."""
        parts = name_parts(name)
        if not parts:
            return []
        last = parts[-1]
        stem = _without_suffix(last)
        candidates = (
            self._by_text.get(name.rpartition("/")[2])
            or self._by_name.get(last)
            or self._by_key.get(name_key(last))
            or self._by_stem.get(name_key(last))
            or self._by_stem.get(name_key(stem))
            or []
        )
        if len(candidates) > 1 and len(parts) > 1:
            shared = [shared_parts(name, c.path) for c in candidates]
            most = max(shared)
            candidates = [c for c, n in zip(candidates, shared, strict=True) if n == most]
        return list(candidates)

    def of_table(self, table_name: str) -> "TableFit":
        """Those with the longest name that begins the table's, and how sure that is."""
        text = name_key(table_name)
        if table_name in self._numbered:
            return TableFit((self._numbered[table_name],), len(text))
        for end in range(len(text), 0, -1):
            if end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
                continue
            if hits := self._beginning(text[:end]):
                if len(hits) > 1:  # then case counts
                    hits = [h for h in hits if table_name.startswith(_spellings(h.path))] or hits
                return TableFit(tuple(hits), end, _sureness(text[end:]))
        return TableFit()

    def _beginning(self, key: str) -> list[RecordingInfo]:
        if self._longer is None:
            self._longer = self._longer_keys()
        hits = self._by_key.get(key) or self._longer.get(key) or self._by_stem.get(key) or []
        return list(hits)

    def _longer_keys(self) -> defaultdict[str, list[RecordingInfo]]:
        """Names of our exports, where several recordings have the same: folders joined by "_"."""
        keys: defaultdict[str, list[RecordingInfo]] = defaultdict(list)
        for info in self._twins:
            for key in {name_key(text) for text in _spellings(info.path)[2:]} - {*self._by_stem}:
                keys[key].append(info)
        return keys


def most_folders(paths: Iterable[Path]) -> int:
    """So many folders of a path may become part of the name of a table."""
    return min(_DEEPEST, max((len(path.parts) for path in paths), default=0))


def _spellings(path: Path) -> tuple[str, ...]:
    """Names of tables about a recording: stem, name, and the name behind more and more folders."""
    parts = path.parts[1 if path.anchor else 0 :]
    longer = ("_".join(parts[-n:]) for n in range(2, min(len(parts), _DEEPEST + 1) + 1))
    return (stem_of(path), path.name, *longer)


def _sureness(rest: str) -> Sureness:
    while rest and (tail := _TAIL.search(rest)):
        rest = rest[: tail.start()]
    if not rest:
        return Sureness.KNOWN_TAIL
    return Sureness.NUMBER if _NUMBERED.match(rest) else Sureness.WORD
