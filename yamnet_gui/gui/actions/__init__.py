"""Every command of the window as a table: menus, keys, help and toolbar come from here."""

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
"""Ids of actions; "|" separates, " " takes what is left, others are widgets of the window."""
