"""Finds the recordings of tables, always in the same order; asks rather than guesses.

A name in a table means, in this order: the file at that path; one of that name beside the table,
then below it; one of the project; one in the folders that the user chose. A table that names none
belongs to the recording whose name begins the table's, found in the same order.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from yamnet_gui.audio import SOUND_SUFFIXES, open_audio
from yamnet_gui.core.errors import SettingsError, UserError
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.files import is_file, whole_path
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.notation import is_address
from yamnet_gui.labels.recording_names import (
    FoundBy,
    Placement,
    RecordingNames,
    Sureness,
    TableFit,
    name_key,
    placed,
)

MOST_FILES = 200_000
"""Entries of folders that are looked at below one folder."""
LENGTH_STEP_S = 0.02
"""Recordings whose lengths differ by less are as long as each other."""
_MOST_MEASURED = 2_000
"""Files whose length is read to find a recording by its length."""
PLACE_HOLDER = "{recording}"


@dataclass(frozen=True, slots=True)
class Source:
    """A recording as a table gives it: by a name, or None where the table names none."""

    table: Path
    name: str | None


Choices = Mapping[Source, Path | None]
"""What the user decided: the recording's file; None: its labels are left out."""


def table_pattern(text: str) -> re.Pattern[str]:
    """What `--match` means: `{recording}` stands for a recording's name, `*` for anything.

    A pattern with a slash is compared with the end of the table's path, else with its name, with
    or without suffix. Raises SettingsError.
    """
    if text.count(PLACE_HOLDER) != 1:
        advice = f"for example '{PLACE_HOLDER}_notes*'"
        raise SettingsError(text, f"must contain {PLACE_HOLDER} exactly once", advice)
    parts = re.split(r"(\*|\{recording\})", text.replace("\\", "/"))
    wild = {"*": "[^/]*", PLACE_HOLDER: r"(?P<recording>[^/]+)"}
    body = "".join(wild.get(part) or re.escape(name_key(part)) for part in parts)
    return re.compile(rf"(?:.*/)?{body}", re.DOTALL)


def folder_of(table: Path) -> Path:
    """The folder of a table as a whole path."""
    return whole_path(table.parent)


class SoundFiles:
    """The sound files beside and below folders, each folder listed once.

    `unsearched`: folders with too many files inside.
    """

    def __init__(self) -> None:
        self.unsearched: list[Path] = []
        self._beside: dict[Path, tuple[Path, ...]] = {}
        self._below: dict[Path, tuple[Path, ...]] = {}
        self._infos: dict[Path, RecordingInfo] = {}

    def beside(self, folder: Path) -> tuple[Path, ...]:
        """Those in the folder itself; none where it cannot be read."""
        if folder not in self._beside:
            try:
                with os.scandir(folder) as entries:
                    names = sorted(e.name for e in entries if _is_sound(e.name) and e.is_file())
            except OSError:
                names = []
            self._beside[folder] = tuple(folder / name for name in names)
        return self._beside[folder]

    def below(self, folder: Path) -> tuple[Path, ...]:
        """Those in the folders inside it, to any depth; hidden and linked folders left out."""
        if folder not in self._below:
            self._below[folder] = tuple(self._walk(folder))
        return self._below[folder]

    def _walk(self, folder: Path) -> list[Path]:
        found: list[Path] = []
        seen = 0
        for place, folders, names in until_stopped(os.walk(folder), 1):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            seen += len(names) + len(folders)
            if seen > MOST_FILES:  # half a search would find one of two and call it the only one
                self.unsearched.append(folder)
                return []
            if Path(place) != folder:
                found += (Path(place, n) for n in sorted(names) if _is_sound(n))
        return found

    def opened(self, path: Path) -> RecordingInfo:
        """What the file's header says; nothing is known of one that cannot be read."""
        if path not in self._infos:
            info = RecordingInfo(path, 0.0, 0, 0)
            try:
                with open_audio(path) as source:
                    info = replace(source.info, path=path)
            except UserError:
                pass
            self._infos[path] = info
        return self._infos[path]


def _is_sound(name: str) -> bool:
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in SOUND_SUFFIXES  # noqa: PTH122 - a folder may hold 100,000 names


class RecordingFinder:
    """Finds recordings for tables; an instance is a `Finder` for `ReadOptions.find`.

    `known`: the recordings of the project. `recording`: the one of every table that names none.
    `pattern`: see `table_pattern`. `folders`: searched last. `choices` come before everything,
    `doubted` are questions, with the recordings that may be meant.
    """

    def __init__(
        self,
        known: Sequence[RecordingInfo],
        *,
        recording: RecordingInfo | None = None,
        pattern: str = "",
        folders: Sequence[Path] = (),
        choices: Choices | None = None,
        doubted: Mapping[Source, tuple[RecordingInfo, ...]] | None = None,
        files: SoundFiles | None = None,
    ) -> None:
        self._known = RecordingNames(known)
        self._paths = {info.path: info for info in known}
        self._recording = recording
        self._pattern = table_pattern(pattern) if pattern else None
        self._folders = tuple(map(whole_path, folders))
        self._choices: Choices = choices or {}
        self._doubted = doubted or {}
        self._files = files or SoundFiles()
        self._pools: dict[tuple[str, Path], RecordingNames] = {}

    def __call__(self, table: Path, name: str | None, home: str) -> Placement:
        source = Source(table, name)
        if source in self._choices:
            chosen = self._choices[source]
            if chosen is None:
                return Placement(name, None, FoundBy.LEFT_OUT)
            return Placement(name, self._info(whole_path(chosen)), FoundBy.CHOICE)
        if source in self._doubted:
            return Placement(name, None, FoundBy.SEVERAL, self._doubted[source])
        if name is not None:
            return self._named(table, name)
        if self._recording is not None:
            return Placement(name, self._recording, FoundBy.CHOICE)
        return replace(self._of_table(table, home), home=home)

    def of_length(self, table: Path, seconds: float) -> list[RecordingInfo]:
        """The files beside or below the table, or in the folders, that are as long."""
        for pool in self._disk_pools(folder_of(table)):
            if len(pool.all) <= _MOST_MEASURED and (hits := self._as_long(pool.all, seconds)):
                return hits
        return []

    def as_long(self, infos: Sequence[RecordingInfo], seconds: float) -> list[RecordingInfo]:
        """Those of these that are as long."""
        return self._as_long(infos, seconds)

    def _as_long(self, infos: Sequence[RecordingInfo], seconds: float) -> list[RecordingInfo]:
        full = [self._info(info.path) for info in until_stopped(infos, 1)]
        return [i for i in full if i.duration_s and abs(i.duration_s - seconds) <= LENGTH_STEP_S]

    # Names in the table

    def _named(self, table: Path, name: str) -> Placement:
        folder = folder_of(table)
        if info := self._at(name, folder):
            return Placement(name, info, FoundBy.PATH)
        return self._by_name(name, table)

    def _by_name(self, name: str, table: Path) -> Placement:
        """The first place that has any of the name decides; of several the table's name may."""
        for by, pool in self._places(folder_of(table)):
            if hits := self._preferred(pool.named(name)):
                if len(hits) > 1:
                    fit = RecordingNames(hits).of_table(table.stem)
                    if len(fit.hits) == 1 and fit.sureness is Sureness.KNOWN_TAIL:
                        hits = fit.hits
                return self._placed(name, hits, by)
        return Placement(name, None, FoundBy.NOTHING)

    def _at(self, name: str, folder: Path) -> RecordingInfo | None:
        """The recording at this very path, from the folder if it is relative."""
        if not name or "\0" in name:
            return None
        if info := self._known.at(name, folder):
            return info
        if is_address(name):
            return self._in_storage(name)
        for text in dict.fromkeys((name, name.replace("\\", "/"))):
            path = Path(os.path.normpath(folder / text))  # by text: links stay as they are
            if path in self._paths:
                return self._paths[path]
            try:
                there = file_of(path).is_file()
            except (OSError, ValueError):  # too long, or no name at all
                there = False
            if there:
                return self._info(path)
        return None

    def _in_storage(self, name: str) -> RecordingInfo | None:
        """The recording at an address."""
        try:
            path = path_of(name)
        except UserError:
            return None
        if path in self._paths:
            return self._paths[path]
        return self._info(path) if is_file(file_of(path)) else None

    # Tables that name none

    def _of_table(self, table: Path, home: str) -> Placement:
        folder = folder_of(table)
        if self._pattern is not None:
            texts = (table.absolute().with_suffix(""), table.absolute())
            matches = (self._pattern.fullmatch(name_key(t.as_posix())) for t in texts)
            if (match := next(filter(None, matches), None)) is not None:
                place = self._by_name(match["recording"], table)
                by = FoundBy.PATTERN if place.info is not None else place.by
                return replace(place, name=None, by=by)
        if home and (info := self._at(home, folder)):
            return Placement(None, info, FoundBy.PATH)
        place = self._by_table_name(table.stem, folder)
        if place.info is None and home:
            by_home = self._by_name(home, table)
            if by_home.info is not None or not place.candidates:
                return replace(by_home, name=None)
        return place

    def _by_table_name(self, table_name: str, folder: Path) -> Placement:
        """The first place where only known tails follow the name decides, else the longest name."""
        best = TableFit()
        for _, pool in self._places(folder):
            fit = pool.of_table(table_name)
            if not fit.hits:
                continue
            if fit.sureness is Sureness.KNOWN_TAIL:
                best = fit
                break
            if (fit.sureness, fit.length) > (best.sureness, best.length) or not best.hits:
                best = fit
        certain = best.sureness > Sureness.NUMBER
        return self._placed(None, self._preferred(best.hits), FoundBy.TABLE_NAME, certain=certain)

    def _placed(
        self, name: str | None, hits: Sequence[RecordingInfo], by: FoundBy, *, certain: bool = True
    ) -> Placement:
        place = placed(name, hits, by, certain=certain)
        return replace(place, info=self._info(place.info.path)) if place.info else place

    def _preferred(self, hits: Sequence[RecordingInfo]) -> Sequence[RecordingInfo]:
        """Those that the project has, if any."""
        return [h for h in hits if h.path in self._paths] or hits

    # Where to look

    def _places(self, folder: Path) -> Iterator[tuple[FoundBy, RecordingNames]]:
        yield FoundBy.BESIDE, self._pool("beside", folder)
        yield FoundBy.BELOW, self._pool("below", folder)
        yield FoundBy.NAME, self._known
        for chosen in self._folders:
            yield FoundBy.NAME, self._pool("all", chosen)

    def _disk_pools(self, folder: Path) -> Iterator[RecordingNames]:
        yield self._pool("beside", folder)
        yield self._pool("below", folder)
        for chosen in self._folders:
            yield self._pool("all", chosen)

    def _pool(self, which: str, folder: Path) -> RecordingNames:
        key = (which, folder)
        if key not in self._pools:
            files = self._files.beside(folder) if which != "below" else ()
            files += self._files.below(folder) if which != "beside" else ()
            infos = {p: self._paths.get(p) or RecordingInfo(p, 0.0, 0, 0) for p in files}
            if which == "beside":  # also those whose file is missing at the moment
                infos |= {p: i for p, i in self._paths.items() if p.parent == folder}
            self._pools[key] = RecordingNames(infos.values())
        return self._pools[key]

    def _info(self, path: Path) -> RecordingInfo:
        return self._paths.get(path) or self._files.opened(path)
