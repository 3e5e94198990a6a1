"""Every action of the window as a table, from which menus, shortcuts, help and toolbar are made."""

from . import analyse, edit, file, help, play, review, tools, view
from .spec import ActionSpec, Needs

__all__ = ["ACTIONS", "MENUS", "TOOLBAR", "ActionSpec", "Needs"]

MENUS = ("File", "Edit", "View", "Play", "Analyse", "Review", "Tools", "Help")

ACTIONS: tuple[ActionSpec, ...] = (
    *file.ACTIONS,
    *edit.ACTIONS,
    *view.ACTIONS,
    *play.ACTIONS,
    *analyse.ACTIONS,
    *review.ACTIONS,
    *tools.ACTIONS,
    *help.ACTIONS,
)

TOOLBAR: tuple[str, ...] = (
    "open",
    "|",
    "analyse",
    "cancel",
    "|",
    "play",
    "stop",
    "loop",
    "speed",
    "|",
    "zoom_in",
    "zoom_out",
    "zoom_all",
    "zoom_event",
    "|",
    "threshold",
    "preset",
    "spectrogram",
    " ",
    "volume",
    "find_class",
    "export",
)
"""Ids of actions; "|" is a separator, " " a stretching space, others are widgets of the window."""
