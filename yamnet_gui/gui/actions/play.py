"""The actions of the Play menu."""

from .spec import ActionSpec, Needs

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("play", "&Play / pause", "Play", ("Space",), "play", needs=Needs.RECORDING),
    ActionSpec(
        "play_selected",
        "Play &event or selection",
        "Play",
        ("Return", "Enter"),
        needs=Needs.RECORDING,
    ),
    ActionSpec("stop", "&Stop", "Play", ("Shift+Space",), "stop", needs=Needs.RECORDING),
    ActionSpec("loop", "&Loop", "Play", ("L",), "loop", checkable=True),
    ActionSpec("faster", "&Faster", "Play", ("]",), separator=True),
    ActionSpec("slower", "Slo&wer", "Play", ("[",)),
    ActionSpec("keep_pitch", "Preserve pi&tch", "Play", checkable=True),
    ActionSpec(
        "band_limited",
        "Only the frequencies of the &box",
        "Play",
        ("Shift+P",),
        tip="Of an event or selection with bounds in frequency nothing else is heard",
        checkable=True,
    ),
    ActionSpec(
        "cursor_left", "Move cursor left", "Play", ("Left",), needs=Needs.RECORDING, separator=True
    ),
    ActionSpec("cursor_right", "Move cursor right", "Play", ("Right",), needs=Needs.RECORDING),
    ActionSpec(
        "extend_left", "Extend selection left", "Play", ("Shift+Left",), needs=Needs.RECORDING
    ),
    ActionSpec(
        "extend_right",
        "Extend selection right",
        "Play",
        ("Shift+Right",),
        needs=Needs.RECORDING,
    ),
    ActionSpec("cursor_start", "Go to start", "Play", ("Home",), needs=Needs.RECORDING),
    ActionSpec("cursor_end", "Go to end", "Play", ("End",), needs=Needs.RECORDING),
    ActionSpec("page_left", "Page left", "Play", ("PgUp",), needs=Needs.RECORDING),
    ActionSpec("page_right", "Page right", "Play", ("PgDown",), needs=Needs.RECORDING),
)
