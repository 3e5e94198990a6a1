"""Every command of the window as a table: menus, keys, help and toolbar come from here."""

from dataclasses import dataclass
from enum import StrEnum


class Needs(StrEnum):
    """What must be there for an action to be offered."""

    NOTHING = ""
    RECORDING = "recording"
    SCORES = "scores"
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


MENUS = ("File", "Edit", "View", "Play", "Analyse", "Review", "Tools", "Help")

R, S, E, EV, SEL = (
    Needs.RECORDING,
    Needs.SCORES,
    Needs.EVENT,
    Needs.EVENTS,
    Needs.SELECTION,
)

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("open", "&Open…", "File", ("Ctrl+O",), "open", "Open a recording"),
    ActionSpec("open_folder", "Open &folder…", "File", ("Ctrl+Shift+O",), "folder"),
    ActionSpec("demo", "Open the &demo", "File", tip="A generated recording with its analysis"),
    ActionSpec("close", "&Close recording", "File", ("Ctrl+W",), "close", needs=R),
    ActionSpec(
        "open_project",
        "Open pro&ject…",
        "File",
        ("Ctrl+Alt+O",),
        tip="Open a project to keep decisions in",
        separator=True,
    ),
    ActionSpec("new_project", "&New project…", "File", ("Ctrl+Alt+N",), tip="Make a project"),
    ActionSpec(
        "save_project",
        "&Save project as…",
        "File",
        ("Ctrl+S",),
        tip="Copy the project under another name and go on there",
    ),
    ActionSpec(
        "export",
        "&Export events…",
        "File",
        ("Ctrl+E",),
        "export",
        "Write the events to a file",
        S,
        separator=True,
    ),
    ActionSpec("screenshot", "Save a &picture of the window…", "File", tip="As PNG"),
    ActionSpec("quit", "&Quit", "File", ("Ctrl+Q",), separator=True),
    ActionSpec("undo", "&Undo", "Edit", ("Ctrl+Z",), "undo"),
    ActionSpec("redo", "&Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    ActionSpec(
        "draw",
        "&Draw an event from the selection…",
        "Edit",
        ("D",),
        needs=SEL,
        separator=True,
    ),
    ActionSpec("set_onset", "Set the &onset to the cursor", "Edit", ("I",), needs=E),
    ActionSpec("set_offset", "Set the o&ffset to the cursor", "Edit", ("O",), needs=E),
    ActionSpec("split", "S&plit at the cursor", "Edit", ("S",), needs=E),
    ActionSpec("merge", "&Merge with the next of its class", "Edit", ("M",), needs=E),
    ActionSpec("delete", "De&lete", "Edit", ("Del",), "delete", needs=E),
    ActionSpec("select_all", "Select &all events", "Edit", ("Ctrl+A",), needs=EV, separator=True),
    ActionSpec("clear_selection", "Clear the &selection", "Edit", ("Esc",), needs=R),
    ActionSpec("settings", "Se&ttings…", "Edit", ("Ctrl+,",), "settings", separator=True),
    ActionSpec("zoom_in", "Zoom &in", "View", ("+", "="), "zoom-in", needs=R),
    ActionSpec("zoom_out", "Zoom &out", "View", ("-",), "zoom-out", needs=R),
    ActionSpec("zoom_all", "&Whole recording", "View", ("0",), "zoom-fit", needs=R),
    ActionSpec(
        "zoom_event",
        "&Fit the event or selection",
        "View",
        ("F",),
        "zoom-selection",
        needs=R,
    ),
    ActionSpec("go_to", "&Go to time…", "View", ("Ctrl+G",), needs=R),
    ActionSpec("follow", "Follow the &cursor", "View", ("Ctrl+L",), "follow", checkable=True),
    ActionSpec("clock_time", "Cloc&k time", "View", checkable=True, needs=R),
    ActionSpec("louder_wave", "Taller waveform", "View", ("Ctrl+Up",), needs=R, separator=True),
    ActionSpec("softer_wave", "Flatter waveform", "View", ("Ctrl+Down",), needs=R),
    ActionSpec("spectrogram", "S&pectrogram…", "View", ("Ctrl+Shift+G",), "spectrogram", needs=R),
    ActionSpec("full_screen", "Full screen", "View", ("F11",), checkable=True),
    ActionSpec("play", "&Play / pause", "Play", ("Space",), "play", needs=R),
    ActionSpec(
        "play_selected",
        "Play the &event or selection",
        "Play",
        ("Return", "Enter"),
        needs=R,
    ),
    ActionSpec("stop", "&Stop", "Play", ("Shift+Space",), "stop", needs=R),
    ActionSpec("loop", "&Loop", "Play", ("L",), "loop", checkable=True),
    ActionSpec("faster", "&Faster", "Play", ("]",), separator=True),
    ActionSpec("slower", "S&lower", "Play", ("[",)),
    ActionSpec("keep_pitch", "Keep the &pitch", "Play", checkable=True),
    ActionSpec("cursor_left", "Cursor left", "Play", ("Left",), needs=R, separator=True),
    ActionSpec("cursor_right", "Cursor right", "Play", ("Right",), needs=R),
    ActionSpec("extend_left", "Extend the selection left", "Play", ("Shift+Left",), needs=R),
    ActionSpec("extend_right", "Extend the selection right", "Play", ("Shift+Right",), needs=R),
    ActionSpec("cursor_start", "To the start", "Play", ("Home",), needs=R),
    ActionSpec("cursor_end", "To the end", "Play", ("End",), needs=R),
    ActionSpec("page_left", "Page left", "Play", ("PgUp",), needs=R),
    ActionSpec("page_right", "Page right", "Play", ("PgDown",), needs=R),
    ActionSpec("analyse", "&Analyse", "Analyse", ("Ctrl+Return", "Ctrl+Enter"), "analyse", needs=R),
    ActionSpec("cancel", "&Cancel the analysis", "Analyse", ("Ctrl+.",), "cancel", needs=R),
    ActionSpec("reset_rules", "&Reset all thresholds", "Analyse", separator=True),
    ActionSpec("weights", "&Weights of the network…", "Analyse", (), "download"),
    ActionSpec("next", "&Next event", "Review", ("N",), "next", needs=EV),
    ActionSpec("previous", "&Previous event", "Review", ("P",), "previous", needs=EV),
    ActionSpec("next_unreviewed", "Ne&xt unreviewed", "Review", ("Shift+N",), needs=EV),
    ActionSpec("autoplay", "Play each event on stepping to it", "Review", checkable=True),
    ActionSpec(
        "accept",
        "&Accept",
        "Review",
        ("A",),
        "accept",
        "Accept and go on",
        E,
        separator=True,
    ),
    ActionSpec("reject", "&Reject", "Review", ("R",), "reject", "Reject and go on", E),
    ActionSpec(
        "uncertain", "&Uncertain", "Review", ("U",), "uncertain", "Mark uncertain and go on", E
    ),
    ActionSpec("unreview", "Bac&k to unreviewed", "Review", ("Backspace",), needs=E),
    ActionSpec(
        "accept_above",
        "Accept this and all a&bove…",
        "Review",
        ("Shift+A",),
        tip="Accept every unreviewed event of the class that scores as high or higher",
        needs=E,
    ),
    ActionSpec(
        "reject_below",
        "Re&ject this and all below…",
        "Review",
        ("Shift+R",),
        tip="Reject every unreviewed event of the class that scores as low or lower",
        needs=E,
    ),
    ActionSpec(
        "listened",
        "&Listened to the selection",
        "Review",
        ("Shift+L",),
        tip="Nothing but what is marked can be heard here, of any class",
        needs=SEL,
        separator=True,
    ),
    ActionSpec(
        "listened_class",
        "Listened to the selection for the &chosen class",
        "Review",
        ("Shift+C",),
        tip="Of the chosen class nothing but what is marked can be heard here",
        needs=SEL,
    ),
    ActionSpec("unlistened", "Not listened to the selec&tion", "Review", needs=SEL),
    ActionSpec(
        "find_class",
        "&Search a class",
        "Review",
        ("/",),
        "search",
        "Search a class and give it to the selected events",
        R,
        separator=True,
    ),
    *(
        ActionSpec(
            f"label_{n}",
            f"Relabel to class &{n} of its best",
            "Review",
            (str(n),),
            tip=f"Give the selected events the label that stands at {n} in the inspector",
            needs=E,
        )
        for n in range(1, 10)
    ),
    ActionSpec("clear_cache", "&Clear stored results", "Tools"),
    ActionSpec("shortcuts", "All &keys…", "Help", ("F1",), "help"),
    ActionSpec("about", "&About", "Help", (), "info"),
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
