"""How many events each class has."""

from dataclasses import replace

from tests.gui.support.owners import DOG, Owners
from yamnet_gui.core.events import EventList, EventSource, ReviewState
from yamnet_gui.gui.panels.class_rows import ClassMetrics
from yamnet_gui.gui.state.class_counts import class_counts


def test_rejected_events_do_not_count_and_reviewed_ones_do(owners: Owners) -> None:
    states = ("a", ReviewState.ACCEPTED), ("r", ReviewState.REJECTED), ("u", ReviewState.UNCERTAIN)
    events = [owners.event(name, i, DOG, state=state) for i, (name, state) in enumerate(states)]
    counts, drawn = class_counts(events, owners.class_map.value)
    assert (counts[DOG], drawn[DOG]) == (2, 3)
    assert counts.sum() == 2


def test_labels_given_before_a_class_of_that_name_was_trained_count_as_it(owners: Owners) -> None:
    owners.open()
    owners.class_map.set_custom_classes(["Beetle"])
    by_hand = replace(
        owners.event("hand", 1.0), label="Beetle", class_index=None, source=EventSource.EDITED
    )
    trained = replace(owners.event("trained", 3.0), label="Beetle", class_index=521)
    unknown = replace(owners.event("other", 5.0), label="my own", class_index=None)
    owners.document.set_events(EventList.of([by_hand, trained, unknown]))
    metrics = ClassMetrics(owners.document, owners.class_map.value)
    assert metrics.counts[521] == 2
    assert metrics.counts.sum() == 2
    assert metrics.with_events == {521}
