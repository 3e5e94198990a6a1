"""What the menu Edit offers."""

from .spec import ActionSpec, Needs

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("undo", "&Undo", "Edit", ("Ctrl+Z",), "undo"),
    ActionSpec("redo", "&Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    ActionSpec(
        "draw",
        "&Draw an event from the selection…",
        "Edit",
        ("D",),
        needs=Needs.SELECTION,
        separator=True,
    ),
    ActionSpec("set_onset", "Set the &onset to the cursor", "Edit", ("I",), needs=Needs.EVENT),
    ActionSpec("set_offset", "Set the o&ffset to the cursor", "Edit", ("O",), needs=Needs.EVENT),
    ActionSpec("split", "S&plit at the cursor", "Edit", ("S",), needs=Needs.EVENT),
    ActionSpec("merge", "&Merge with the next of its class", "Edit", ("M",), needs=Needs.EVENT),
    ActionSpec(
        "add_label",
        "Add another &label…",
        "Edit",
        ("Shift+D",),
        tip="A second event of another class on the same span",
        needs=Needs.EVENT,
    ),
    ActionSpec(
        "band_low",
        "Set the lo&west frequency to the pointer",
        "Edit",
        ("Shift+I",),
        tip="The frequency under the mouse on the spectrogram",
        needs=Needs.EVENT,
    ),
    ActionSpec(
        "band_high",
        "Set the &highest frequency to the pointer",
        "Edit",
        ("Shift+O",),
        tip="The frequency under the mouse on the spectrogram",
        needs=Needs.EVENT,
    ),
    ActionSpec("delete", "De&lete", "Edit", ("Del",), "delete", needs=Needs.EVENT),
    ActionSpec(
        "select_all", "Select &all events", "Edit", ("Ctrl+A",), needs=Needs.EVENTS, separator=True
    ),
    ActionSpec("clear_selection", "Clear the &selection", "Edit", ("Esc",), needs=Needs.RECORDING),
    ActionSpec("settings", "Se&ttings…", "Edit", ("Ctrl+,",), "settings", separator=True),
)
