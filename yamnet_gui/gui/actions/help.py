"""What the menu Help offers."""

from .spec import ActionSpec

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("shortcuts", "All &keys…", "Help", ("F1",), "help"),
    ActionSpec("about", "&About", "Help", (), "info"),
)
