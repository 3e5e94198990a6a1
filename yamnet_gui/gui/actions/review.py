"""The actions of the Review menu."""

from .spec import ActionSpec, Needs

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("next", "&Next event", "Review", ("N",), "next", needs=Needs.EVENTS),
    ActionSpec("previous", "&Previous event", "Review", ("P",), "previous", needs=Needs.EVENTS),
    ActionSpec(
        "next_unreviewed", "Ne&xt unreviewed event", "Review", ("Shift+N",), needs=Needs.EVENTS
    ),
    ActionSpec("autoplay", "Play each event when stepping to it", "Review", checkable=True),
    ActionSpec(
        "accept",
        "&Accept",
        "Review",
        ("A",),
        "accept",
        "Accept and go to the next event",
        Needs.EVENT,
        separator=True,
    ),
    ActionSpec(
        "reject",
        "&Reject",
        "Review",
        ("R",),
        "reject",
        "Reject and go to the next event",
        Needs.EVENT,
    ),
    ActionSpec(
        "uncertain",
        "&Uncertain",
        "Review",
        ("U",),
        "uncertain",
        "Mark as uncertain and go to the next event",
        Needs.EVENT,
    ),
    ActionSpec("unreview", "Mar&k as unreviewed", "Review", ("Backspace",), needs=Needs.EVENT),
    ActionSpec(
        "accept_above",
        "Accept this and all a&bove…",
        "Review",
        ("Shift+A",),
        tip="Accept every unreviewed event of the class with the same or a higher score",
        needs=Needs.EVENT,
    ),
    ActionSpec(
        "reject_below",
        "Re&ject this and all below…",
        "Review",
        ("Shift+R",),
        tip="Reject every unreviewed event of the class with the same or a lower score",
        needs=Needs.EVENT,
    ),
    ActionSpec(
        "listened",
        "Mark selection as reviewe&d",
        "Review",
        ("Shift+L",),
        tip="Every sound in the selection is labelled, for all classes",
        needs=Needs.SELECTION,
        separator=True,
    ),
    ActionSpec(
        "listened_class",
        "Mark selection as reviewed for the &chosen class",
        "Review",
        ("Shift+C",),
        tip="Every sound of the chosen class in the selection is labelled",
        needs=Needs.SELECTION,
    ),
    ActionSpec("unlistened", "Mark selec&tion as not reviewed", "Review", needs=Needs.SELECTION),
    ActionSpec(
        "stability",
        "Test score stabilit&y",
        "Review",
        ("Ctrl+Shift+K",),
        tip="Rescore the selected events: louder, quieter, shifted, each channel alone",
        needs=Needs.EVENT,
        separator=True,
    ),
    ActionSpec(
        "stability_all",
        "Test score stability of all unreviewed events",
        "Review",
        tip="Rescore all listed events that are not reviewed yet",
        needs=Needs.EVENTS,
    ),
    ActionSpec(
        "find_class",
        "&Search classes…",
        "Review",
        ("/",),
        "search",
        "Search for a class and assign it to the selected events",
        Needs.RECORDING,
        separator=True,
    ),
    ActionSpec(
        "label_sets",
        "Label s&ets…",
        "Review",
        ("Ctrl+Shift+L",),
        tip="Your own labels, with colours and shortcuts",
    ),
    *(
        ActionSpec(
            f"label_{n}",
            f"Relabel to top class &{n}",
            "Review",
            (str(n),),
            tip=f"Give the selected events label {n} of the list in the inspector",
            needs=Needs.EVENT,
        )
        for n in range(1, 10)
    ),
)
