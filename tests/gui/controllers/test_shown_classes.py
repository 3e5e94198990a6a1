"""Which class has its curve drawn where the user has chosen none."""

import pytest

from tests.gui.support.owners import DOG, SILENCE, SPEECH, Owners
from yamnet_gui.core.events import EventList
from yamnet_gui.gui.controllers.shown_classes import ShownClasses


@pytest.fixture
def quiet(owners: Owners) -> Owners:
    """Silence scores best, then speech, then a dog."""
    owners.open()
    owners.document.shown.set_one_per_sound(True)
    owners.score({(0, SILENCE): 1.0, (9, SPEECH): 0.9, (30, DOG): 0.8})
    return owners


def shown(owners: Owners) -> ShownClasses:
    return ShownClasses(owners.document, owners.class_view, owners.class_map, owners.parent)


def detect(owners: Owners, *classes: int) -> None:
    events = [owners.event(f"e{i}", 2.0 * n, i) for n, i in enumerate(classes)]
    owners.document.set_events(EventList.of(events))


def test_the_curve_is_that_of_the_first_class_with_events(quiet: Owners) -> None:
    classes = shown(quiet)
    classes.update()
    assert quiet.class_view.chosen == SILENCE  # events are still being derived
    detect(quiet, SILENCE, DOG)
    classes.update()
    assert quiet.class_view.shown[0] == SILENCE
    assert quiet.class_view.chosen == DOG
    detect(quiet, SILENCE, SPEECH, DOG)
    classes.update()
    assert quiet.class_view.chosen == DOG  # which does not jump while results come
    detect(quiet, SILENCE, SPEECH)
    classes.update()
    assert quiet.class_view.chosen == SPEECH


def test_a_class_that_the_user_chose_stays_without_events(quiet: Owners) -> None:
    classes = shown(quiet)
    detect(quiet, SPEECH)
    classes.update()
    quiet.class_view.choose(DOG)
    classes.update()
    assert quiet.class_view.chosen == DOG


def test_where_all_events_are_shown_silence_is_a_class_like_others(quiet: Owners) -> None:
    quiet.document.shown.set_one_per_sound(False)
    classes = shown(quiet)
    detect(quiet, SILENCE, SPEECH)
    classes.update()
    assert quiet.class_view.chosen == SILENCE
