"""The actions of the View menu."""

from .spec import ActionSpec, Needs

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("zoom_in", "Zoom &in", "View", ("+", "="), "zoom-in", needs=Needs.RECORDING),
    ActionSpec("zoom_out", "Zoom &out", "View", ("-",), "zoom-out", needs=Needs.RECORDING),
    ActionSpec(
        "zoom_all", "Zoom to &whole recording", "View", ("0",), "zoom-fit", needs=Needs.RECORDING
    ),
    ActionSpec(
        "zoom_event",
        "Zoom to &event or selection",
        "View",
        ("F",),
        "zoom-selection",
        needs=Needs.RECORDING,
    ),
    ActionSpec(
        "zoom_band",
        "Zoom to frequencies of event or selection",
        "View",
        ("Shift+F",),
        tip="In the spectrogram; the wheel over its axis and dragging there zoom as well",
        needs=Needs.RECORDING,
    ),
    ActionSpec(
        "all_frequencies", "Show all frequencies", "View", ("Ctrl+0",), needs=Needs.RECORDING
    ),
    ActionSpec("go_to", "&Go to time…", "View", ("Ctrl+G",), needs=Needs.RECORDING, separator=True),
    ActionSpec("follow", "Follow &cursor", "View", ("Ctrl+L",), "follow", checkable=True),
    ActionSpec(
        "follow_selection",
        "Follow &selection",
        "View",
        checkable=True,
        tip="Show what the selected event is about: its class first, itself in view",
    ),
    ActionSpec(
        "one_per_sound",
        "One e&vent for one sound",
        "View",
        ("Ctrl+Shift+V",),
        checkable=True,
        separator=True,
        tip="At its most particular class: not also its broader classes, and no Silence."
        " Classes that are not kinds of each other, such as Tick and Metronome, stay",
    ),
    ActionSpec(
        "event_rows",
        "Events &by class",
        "View",
        ("Ctrl+B",),
        checkable=True,
        tip="One row of events for each shown class, instead of as few rows as possible",
    ),
    ActionSpec(
        "measure_columns",
        "Measures in the table of events",
        "View",
        tip="Frequencies, levels and signal-to-noise ratio of each event, as further columns",
        checkable=True,
    ),
    ActionSpec("clock_time", "Cloc&k time", "View", checkable=True, needs=Needs.RECORDING),
    ActionSpec(
        "next_channel",
        "Scores of &next channel",
        "View",
        ("C",),
        separator=True,
        tip="Where the channels were analysed each on its own: show the scores of the next one",
        needs=Needs.RECORDING,
    ),
    ActionSpec(
        "follow_channel",
        "Spectrogram and sound of that channel",
        "View",
        tip="Draw and play the channel whose scores are shown, not all of them",
        checkable=True,
    ),
    ActionSpec(
        "louder_wave",
        "Increase wave&form height",
        "View",
        ("Ctrl+Up",),
        needs=Needs.RECORDING,
        separator=True,
    ),
    ActionSpec(
        "softer_wave", "&Decrease waveform height", "View", ("Ctrl+Down",), needs=Needs.RECORDING
    ),
    ActionSpec(
        "spectrogram",
        "S&pectrogram…",
        "View",
        ("Ctrl+Shift+G",),
        "spectrogram",
        needs=Needs.RECORDING,
    ),
    ActionSpec(
        "larger_text",
        "Larger text",
        "View",
        ("Ctrl++", "Ctrl+="),
        tip="Make all text larger, up to twice its usual size",
        separator=True,
    ),
    ActionSpec("smaller_text", "Smaller text", "View", ("Ctrl+-",), tip="Make all text smaller"),
    ActionSpec(
        "reset_layout",
        "&Usual layout",
        "View",
        tip="Put all panels back where they stand at first",
        separator=True,
    ),
    ActionSpec(
        "next_panel",
        "Ne&xt panel",
        "View",
        ("F6",),
        tip="Give the keyboard focus to the next panel, the tracks or the toolbar",
    ),
    ActionSpec("previous_panel", "Previous panel", "View", ("Shift+F6",)),
    ActionSpec("full_screen", "Full sc&reen", "View", ("F11",), checkable=True),
)
