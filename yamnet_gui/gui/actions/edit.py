"""The actions of the Edit menu."""

from .spec import ActionSpec, Needs

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("undo", "&Undo", "Edit", ("Ctrl+Z",), "undo"),
    ActionSpec("redo", "&Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    ActionSpec(
        "draw",
        "&Draw event from selection…",
        "Edit",
        ("D",),
        needs=Needs.SELECTION,
        separator=True,
    ),
    ActionSpec(
        "box_tool",
        "Select boxes in the spectrogram",
        "Edit",
        ("B",),
        "box",
        "Box tool: drag over the spectrogram to select times and frequencies; without the tool"
        " hold Ctrl. Esc ends it",
        Needs.RECORDING,
        checkable=True,
    ),
    ActionSpec(
        "set_box",
        "Set box of event to selection",
        "Edit",
        ("Shift+B",),
        tip="Give the selected event the times and frequencies of the selection",
        needs=Needs.EVENT,
    ),
    ActionSpec("set_onset", "Set &onset to cursor", "Edit", ("I",), needs=Needs.EVENT),
    ActionSpec("set_offset", "Set o&ffset to cursor", "Edit", ("O",), needs=Needs.EVENT),
    ActionSpec("split", "S&plit at cursor", "Edit", ("S",), needs=Needs.EVENT),
    ActionSpec("merge", "&Merge with next event of its class", "Edit", ("M",), needs=Needs.EVENT),
    ActionSpec(
        "add_label",
        "Add another &label…",
        "Edit",
        ("Shift+D",),
        tip="Add an event of another class with the same onset and offset",
        needs=Needs.EVENT,
    ),
    ActionSpec(
        "band_low",
        "Set lo&west frequency to pointer",
        "Edit",
        ("Shift+I",),
        tip="Use the frequency under the mouse pointer in the spectrogram",
        needs=Needs.EVENT,
    ),
    ActionSpec(
        "band_high",
        "Set &highest frequency to pointer",
        "Edit",
        ("Shift+O",),
        tip="Use the frequency under the mouse pointer in the spectrogram",
        needs=Needs.EVENT,
    ),
    ActionSpec("delete", "D&elete", "Edit", ("Del",), "delete", needs=Needs.EVENT),
    ActionSpec(
        "select_all", "Select &all events", "Edit", ("Ctrl+A",), needs=Needs.EVENTS, separator=True
    ),
    ActionSpec("clear_selection", "Clear &selection", "Edit", ("Esc",), needs=Needs.RECORDING),
    ActionSpec("settings", "Se&ttings…", "Edit", ("Ctrl+,",), "settings", separator=True),
)
