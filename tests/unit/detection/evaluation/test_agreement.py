import pytest

from yamnet_gui.core.events import Event, EventSource, ReviewedSpan, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.detection.evaluation import ClassAgreement, Judged, Verdict, agreement


def event(key: str, onset_s: float, state: str = "accepted", label: str = "Dog") -> Event:
    return Event(key, onset_s, onset_s + 1, label, state=ReviewState(state))


def one(a: Judged, b: Judged) -> ClassAgreement:
    (only,) = agreement({"r": (a, b)}).classes
    return only


def test_kappa_is_that_of_the_textbook() -> None:
    # Cohen's kappa of a 2 by 2 table: 20 both, 5 and 10 of one alone, 15 neither
    table = ClassAgreement("Dog", 20, 5, 10, 15)
    assert table.kappa == pytest.approx(0.4)
    interval = table.kappa_interval
    assert interval is not None
    assert 0.1 < interval[0] < 0.4 < interval[1] < 0.7


def test_kappa_agrees_with_the_reference_implementation() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    for cells in ((7, 2, 3, 9), (1, 0, 5, 30), (12, 1, 0, 2)):
        first = [1] * (cells[0] + cells[1]) + [0] * (cells[2] + cells[3])
        second = [1] * cells[0] + [0] * cells[1] + [1] * cells[2] + [0] * cells[3]
        expected = metrics.cohen_kappa_score(first, second)
        assert ClassAgreement("Dog", *cells).kappa == pytest.approx(expected)


def test_there_is_no_kappa_where_both_always_say_the_same() -> None:
    assert ClassAgreement("Dog", both=5).kappa is None
    assert ClassAgreement("Dog").kappa is None
    assert ClassAgreement("Dog").event_agreement is None


def test_decisions_about_one_event_are_one_item() -> None:
    events = [event("a", 0), event("b", 10), event("c", 20, "rejected"), event("d", 30, "rejected")]
    other = [event("a", 0), event("b", 10, "rejected"), event("c", 20), event("d", 30, "rejected")]
    result = one(Judged(events), Judged(other))
    assert (result.both, result.only_first, result.only_second, result.neither) == (1, 1, 1, 1)
    assert result.kappa == 0
    assert result.event_agreement == 0.5
    found = agreement({"r": (Judged(events), Judged(other))})
    assert [(i.event.id, i.first, i.second) for i in found.disagreements] == [
        ("b", Verdict.YES, Verdict.NO),
        ("c", Verdict.NO, Verdict.YES),
    ]


def test_drawn_events_are_matched_by_place_with_the_collar() -> None:
    first, second = (
        Judged([event("a", 0), event("x", 10)]),
        Judged([event("b", 0.4), event("y", 11)]),
    )
    assert agreement({"r": (first, second)}).items[0].agreed
    assert len(agreement({"r": (first, second)}).items) == 1  # nobody knows of the others
    assert agreement({"r": (first, second)}, collar_s=0.2).items == ()


def test_no_event_in_a_reviewed_span_is_a_no() -> None:
    span = ReviewedSpan(TimeSpan(0, 60), ("Dog",))
    found = agreement({"r": (Judged([event("a", 5)]), Judged([], [span]))})
    assert [(i.first, i.second) for i in found.items] == [(Verdict.YES, Verdict.NO)]
    cat = agreement({"r": (Judged([event("a", 5, label="Cat")]), Judged([], [span]))})
    assert cat.items == ()


def test_bounds_that_differ_are_to_settle_but_both_say_yes() -> None:
    found = agreement({"r": (Judged([event("a", 0)]), Judged([event("a", 3)]))})
    assert [i.bounds_differ for i in found.disagreements] == [True]
    assert found.classes[0].both == 1
    assert found.classes[0].event_agreement == 0


def test_uncertain_and_undecided_events_are_left_out() -> None:
    noted = Event("n", 50, 51, "Dog", source=EventSource.DETECTED, note="?")
    first = Judged([event("a", 0, "uncertain"), event("b", 10), noted])
    second = Judged([event("a", 0), event("b", 10), event("n", 50)])
    found = agreement({"r": (first, second)})
    assert [i.event.id for i in found.items] == ["b"]
    assert found.uncertain == 1
