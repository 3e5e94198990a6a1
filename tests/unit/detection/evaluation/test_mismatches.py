from yamnet_gui.detection.evaluation import EventArrays, MismatchKind, Pair, mismatches


def spans(*times: tuple[float, float], score: float = 0.5) -> EventArrays:
    return EventArrays.of([a for a, _ in times], [b for _, b in times], [score] * len(times))


def test_every_event_that_is_not_right_is_named_once() -> None:
    pair = Pair(
        {"Dog": spans((0, 1), (10, 12), (20, 21)), "Cat": spans((30, 32))},
        {"Dog": spans((0, 1), (9, 14)), "Bird": spans((30.2, 31.9)), "Cow": spans((40, 41))},
        60.0,
    )
    errors = mismatches([Pair({}, {}, 1.0), pair])
    assert [(m.kind, m.reference, m.estimated, m.onset_s) for m in errors] == [
        (MismatchKind.EDGES, "Dog", "Dog", 10),
        (MismatchKind.MISSED, "Dog", "", 20),
        (MismatchKind.CONFUSED, "Cat", "Bird", 30),
        (MismatchKind.FALSE, "", "Cow", 40),
    ]
    assert {m.pair for m in errors} == {1}
    assert errors[0].off_s == 2.0
    assert errors[3].score == 0.5


def test_perfect_events_have_no_mistakes() -> None:
    same = {"Dog": spans((0, 1), (10, 12))}
    assert mismatches([Pair(same, same, 20.0)]) == []


def test_a_short_overlap_is_no_confusion() -> None:
    pair = Pair({"Cat": spans((0, 4))}, {"Bird": spans((3.5, 8))}, 10.0)
    assert [m.kind for m in mismatches([pair])] == [MismatchKind.MISSED, MismatchKind.FALSE]
