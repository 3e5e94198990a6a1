"""Edits as values: the state before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .codec import KINDS, Value


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after; None where it did not exist or is removed.

    Both sides are of one kind: `Event`, `Recording`, `Reviewed` (all reviewed spans of the
    recording), `LabelSet`, `StoredRules` or `StoredText`. `recording_id` is "" for the last three.
    Raises ValueError where the sides do not belong together.
    """

    recording_id: str
    old: Value | None
    new: Value | None

    def __post_init__(self) -> None:
        old, new = self.old, self.new
        if old is None or new is None:
            if old is new:
                raise ValueError("a change needs a value")
        else:
            ids = (_id(old), _id(new))
            if type(old) is not type(new) or ids[0] != ids[1]:
                raise ValueError("a change is about one value")

    @property
    def kind(self) -> str:
        return KINDS[type(self.old if self.old is not None else self.new)]

    @property
    def key(self) -> str:
        """The id of the value within its recording or project."""
        return _id(self.old if self.old is not None else self.new)


def _id(value: Any) -> str:
    return str(getattr(value, "id", ""))


@dataclass(frozen=True, slots=True)
class Command:
    """One step of undo: changes that are made together or not at all, in order.

    `title` is for the menu ("Undo accept 3 events"). A command with a `merge_key` joins the step
    before it where that has the same key and was made in the same session with nothing in
    between; so a drag is one step.
    """

    title: str
    changes: tuple[Change, ...]
    merge_key: str = ""

    @property
    def count(self) -> int:
        return len(self.changes)


def group(title: str, commands: Iterable[Command]) -> Command:
    """Several commands as one step."""
    return Command(title, tuple(change for command in commands for change in command.changes))
