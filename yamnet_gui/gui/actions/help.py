"""The actions of the Help menu."""

from .spec import ActionSpec

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("shortcuts", "Keyboard &shortcuts…", "Help", ("F1",), "help"),
    ActionSpec("about", "&About", "Help", (), "info"),
)
