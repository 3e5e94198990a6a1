"""The classes of a model, and custom classes behind them."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .errors import SettingsError
from .text import close_matches, did_you_mean, holds_words

_MOST_NEAR, _ADVISED, _ALIKE = 5, 3, 0.65


class NameTakenError(ValueError):
    """Two classes would share a name, whatever the case."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is the name of two classes")


@dataclass(frozen=True, slots=True)
class SoundClass:
    """One output of the model: its row in the scores, its AudioSet id and its name."""

    index: int
    mid: str
    name: str


@dataclass(frozen=True)
class ClassMap:
    """The classes of a model in the order of its outputs."""

    classes: tuple[SoundClass, ...]

    @classmethod
    def from_csv(cls, path: Path) -> "ClassMap":
        """Reads `index,mid,display_name`.

        Raises SettingsError where the file or a column is missing, or the indices do not
        run from 0 without a gap.
        """
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
            classes = tuple(SoundClass(int(r["index"]), r["mid"], r["display_name"]) for r in rows)
        except OSError as error:
            raise SettingsError(path, f"cannot be read ({error.strerror})") from error
        except (KeyError, TypeError, ValueError) as error:
            raise SettingsError(path, "is not a class map (index,mid,display_name)") from error
        if [c.index for c in classes] != list(range(len(classes))):
            raise SettingsError(path, "class indices do not run from 0 without a gap")
        return cls(classes)

    def __len__(self) -> int:
        return len(self.classes)

    def __iter__(self) -> Iterator[SoundClass]:
        return iter(self.classes)

    def __getitem__(self, index: int) -> SoundClass:
        """The class of an index; where this map does not know it, one named by its number."""
        if index < len(self.classes):
            return self.classes[index]
        return SoundClass(index, "", f"class {index}")

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.classes)

    @cached_property
    def _by_key(self) -> dict[str, SoundClass]:
        keys = {c.name.casefold(): c for c in self.classes}
        keys |= {c.mid.casefold(): c for c in self.classes if c.mid}
        return keys

    def find(self, text: str) -> SoundClass | None:
        """The class with this name or AudioSet id, whatever the case; None if there is none."""
        return self._by_key.get(text.strip().casefold())

    def search(self, text: str) -> list[SoundClass]:
        """Classes whose name holds every word of `text`; those that start with it come first."""
        hits = [c for c in self.classes if holds_words(c.name, text)]
        start = text.strip().casefold()
        return sorted(hits, key=lambda c: (not c.name.casefold().startswith(start), c.index))

    def near_names(
        self, text: str, known: Iterable[str] = (), *, spelling: bool = True
    ) -> tuple[str, ...]:
        """Up to five names that may be meant, of the classes and of other `known` labels.

        The same name in another case or AudioSet id comes first, then names with its words, then
        (with `spelling`, which takes longer) names of similar spelling.
        """
        key = text.strip().casefold()
        if not key:
            return ()
        entry = self.find(text)
        others = sorted(known)
        names = [entry.name] if entry else []
        names += [name for name in others if name.casefold() == key]
        names += [c.name for c in self.search(text)[:_MOST_NEAR]]
        if spelling and len(set(names)) < _MOST_NEAR:
            names += close_matches(key, (*others, *self.names), _MOST_NEAR, _ALIKE)
        return tuple(dict.fromkeys(names))[:_MOST_NEAR]

    def with_custom(self, names: Iterable[str]) -> "ClassMap":
        """This map with more classes behind it, in the order of `names`. They have no AudioSet id.

        Raises NameTakenError for a name that another class has.
        """
        classes = list(self.classes)
        known = {c.name.casefold() for c in classes}
        for name in (text.strip() for text in names):
            if name.casefold() in known:
                raise NameTakenError(name)
            known.add(name.casefold())
            classes.append(SoundClass(len(classes), "", name))
        return ClassMap(tuple(classes))

    def select(self, texts: Iterable[str]) -> list[SoundClass]:
        """The classes with these names or ids.

        Raises SettingsError naming the first that is unknown, with the nearest names.
        """
        chosen = []
        for text in texts:
            entry = self.find(text)
            if entry is None:
                advice = did_you_mean(self.near_names(text)[:_ADVISED], "see class_map.csv")
                raise SettingsError(text, "is not a class of the model", advice)
            chosen.append(entry)
        return chosen
