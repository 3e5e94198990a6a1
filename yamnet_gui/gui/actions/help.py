"""The actions of the Help menu."""

from .spec import ActionSpec

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("shortcuts", "Keyboard &shortcuts…", "Help", ("F1",), "help"),
    ActionSpec("show_log", "Show &log file", "Help", tip="Open the folder with the log file"),
    ActionSpec("about", "&About", "Help", (), "info"),
)
