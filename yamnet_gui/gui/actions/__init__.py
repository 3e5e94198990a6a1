"""Every action of the window as a table, from which menus, shortcuts, help and toolbar are made."""

from . import analyse, edit, file, help, play, review, tools, view
from .spec import ActionSpec, Needs, Submenu

__all__ = ["ACTIONS", "MENUS", "SUBMENUS", "TOOLBAR", "ActionSpec", "Needs"]

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

SUBMENUS: tuple[Submenu, ...] = (
    Submenu("Open recent", "Open &recent", "File", after="open_folder"),
    Submenu("Dataset", "Data&set beside the project", "File", after="open_dataset"),
    Submenu("Channel of scores", "Scores of c&hannel", "View", after="next_channel"),
    Submenu("Panels", "Pan&els", "View", after="reset_layout"),
    Submenu("Tracks", "&Tracks", "View", after="reset_layout"),
)
"""Menus whose entries the window makes: recent files, its panels and tracks."""

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
    "box_tool",
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
