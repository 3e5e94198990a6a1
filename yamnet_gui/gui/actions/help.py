"""The actions of the Help menu."""

from .spec import ActionSpec

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("guide", "&Guide", "Help", ("F1",), "help", "Open the guide, with a search"),
    ActionSpec("glossary", "Gl&ossary", "Help", tip="Look up what a word means"),
    ActionSpec("tour", "&Tour", "Help", tip="Show the window in six steps"),
    ActionSpec("shortcuts", "Keyboard &shortcuts…", "Help", ("Ctrl+F1",), separator=True),
    ActionSpec("show_log", "Show &log file", "Help", tip="Open the folder with the log file"),
    ActionSpec(
        "check_updates",
        "Check for &updates…",
        "Help",
        tip="Ask now whether there is a newer version; nothing is downloaded",
    ),
    ActionSpec("about", "&About", "Help", (), "info"),
)
