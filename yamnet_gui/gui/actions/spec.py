"""How an action is described, apart from what it does."""

from dataclasses import dataclass
from enum import StrEnum


class Needs(StrEnum):
    """What an action requires to be enabled."""

    NOTHING = ""
    RECORDING = "recording"
    EVENT = "event"
    EVENTS = "events"
    SELECTION = "selection"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One command. `keys` as Qt writes them; the first is shown in the menu."""

    id: str
    title: str
    menu: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    needs: Needs = Needs.NOTHING
    checkable: bool = False
    separator: bool = False

    @property
    def name(self) -> str:
        """The title as plain text."""
        return self.title.replace("&", "").rstrip("…")


@dataclass(frozen=True, slots=True)
class Submenu:
    """A menu in another one, behind the action `after`; its entries are made by the window."""

    name: str
    title: str
    menu: str
    after: str
