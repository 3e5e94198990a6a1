"""What the menu Play offers."""

from .spec import ActionSpec, Needs

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("play", "&Play / pause", "Play", ("Space",), "play", needs=Needs.RECORDING),
    ActionSpec(
        "play_selected",
        "Play the &event or selection",
        "Play",
        ("Return", "Enter"),
        needs=Needs.RECORDING,
    ),
    ActionSpec("stop", "&Stop", "Play", ("Shift+Space",), "stop", needs=Needs.RECORDING),
    ActionSpec("loop", "&Loop", "Play", ("L",), "loop", checkable=True),
    ActionSpec("faster", "&Faster", "Play", ("]",), separator=True),
    ActionSpec("slower", "S&lower", "Play", ("[",)),
    ActionSpec("keep_pitch", "Keep the &pitch", "Play", checkable=True),
    ActionSpec(
        "cursor_left", "Cursor left", "Play", ("Left",), needs=Needs.RECORDING, separator=True
    ),
    ActionSpec("cursor_right", "Cursor right", "Play", ("Right",), needs=Needs.RECORDING),
    ActionSpec(
        "extend_left", "Extend the selection left", "Play", ("Shift+Left",), needs=Needs.RECORDING
    ),
    ActionSpec(
        "extend_right",
        "Extend the selection right",
        "Play",
        ("Shift+Right",),
        needs=Needs.RECORDING,
    ),
    ActionSpec("cursor_start", "To the start", "Play", ("Home",), needs=Needs.RECORDING),
    ActionSpec("cursor_end", "To the end", "Play", ("End",), needs=Needs.RECORDING),
    ActionSpec("page_left", "Page left", "Play", ("PgUp",), needs=Needs.RECORDING),
    ActionSpec("page_right", "Page right", "Play", ("PgDown",), needs=Needs.RECORDING),
)
