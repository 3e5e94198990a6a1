"""What the menu Review offers."""

from .spec import ActionSpec, Needs

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("next", "&Next event", "Review", ("N",), "next", needs=Needs.EVENTS),
    ActionSpec("previous", "&Previous event", "Review", ("P",), "previous", needs=Needs.EVENTS),
    ActionSpec("next_unreviewed", "Ne&xt unreviewed", "Review", ("Shift+N",), needs=Needs.EVENTS),
    ActionSpec("autoplay", "Play each event on stepping to it", "Review", checkable=True),
    ActionSpec(
        "accept",
        "&Accept",
        "Review",
        ("A",),
        "accept",
        "Accept and go on",
        Needs.EVENT,
        separator=True,
    ),
    ActionSpec("reject", "&Reject", "Review", ("R",), "reject", "Reject and go on", Needs.EVENT),
    ActionSpec(
        "uncertain",
        "&Uncertain",
        "Review",
        ("U",),
        "uncertain",
        "Mark uncertain and go on",
        Needs.EVENT,
    ),
    ActionSpec("unreview", "Bac&k to unreviewed", "Review", ("Backspace",), needs=Needs.EVENT),
    ActionSpec(
        "accept_above",
        "Accept this and all a&bove…",
        "Review",
        ("Shift+A",),
        tip="Accept every unreviewed event of the class that scores as high or higher",
        needs=Needs.EVENT,
    ),
    ActionSpec(
        "reject_below",
        "Re&ject this and all below…",
        "Review",
        ("Shift+R",),
        tip="Reject every unreviewed event of the class that scores as low or lower",
        needs=Needs.EVENT,
    ),
    ActionSpec(
        "listened",
        "&Listened to the selection",
        "Review",
        ("Shift+L",),
        tip="Nothing but what is marked can be heard here, of any class",
        needs=Needs.SELECTION,
        separator=True,
    ),
    ActionSpec(
        "listened_class",
        "Listened to the selection for the &chosen class",
        "Review",
        ("Shift+C",),
        tip="Of the chosen class nothing but what is marked can be heard here",
        needs=Needs.SELECTION,
    ),
    ActionSpec("unlistened", "Not listened to the selec&tion", "Review", needs=Needs.SELECTION),
    ActionSpec(
        "find_class",
        "&Search a class",
        "Review",
        ("/",),
        "search",
        "Search a class and give it to the selected events",
        Needs.RECORDING,
        separator=True,
    ),
    ActionSpec(
        "label_sets",
        "Label s&ets…",
        "Review",
        ("Ctrl+Shift+L",),
        tip="Labels of your own, with colours and keys",
    ),
    *(
        ActionSpec(
            f"label_{n}",
            f"Relabel to class &{n} of its best",
            "Review",
            (str(n),),
            tip=f"Give the selected events the label that stands at {n} in the inspector",
            needs=Needs.EVENT,
        )
        for n in range(1, 10)
    ),
)
