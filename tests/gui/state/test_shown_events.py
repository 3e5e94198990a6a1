from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject

from tests.gui.support.owners import DOG, SILENCE, SPEECH, Owners
from yamnet_gui.core.events import EventList, ReviewState
from yamnet_gui.detection import duplicates
from yamnet_gui.gui.controllers.one_per_sound import ONE_PER_SOUND, OnePerSound
from yamnet_gui.gui.panels.class_rows import ClassMetrics
from yamnet_gui.gui.state import shown_events
from yamnet_gui.gui.state.settings import Settings

ANIMAL = 67


@pytest.fixture
def owners(qapp: QObject) -> Owners:
    owners = Owners(QObject())
    owners.open()
    owners.document.set_events(
        EventList.of(
            [
                owners.event("dog", 1.0, DOG),
                owners.event("animal", 1.0, ANIMAL),
                owners.event("speech", 5.0, SPEECH),
                owners.event("silence", 9.0, SILENCE),
            ]
        )
    )
    return owners


def ids(events: EventList) -> list[str]:
    return sorted(event.id for event in events)


def test_tables_tracks_and_counts_show_one_event_for_one_sound(owners: Owners) -> None:
    document = owners.document
    assert len(document.shown.events) == len(owners.grouping.shown) == 4
    document.shown.set_one_per_sound(True)
    assert ids(owners.grouping.shown) == ids(document.shown.events) == ["dog", "speech"]
    assert ids(document.shown.left_out) == ["animal", "silence"]
    assert sorted(owners.order.ids) == ["dog", "speech"]
    counts = ClassMetrics(document, owners.class_map.value).counts
    assert (counts[DOG], counts[ANIMAL], counts.sum()) == (1, 0, 2)
    assert len(document.events) == 4


def test_everything_hears_that_others_are_shown(owners: Owners) -> None:
    changes: list[int] = []
    owners.grouping.changed.connect(lambda: changes.append(len(owners.grouping.shown)))
    owners.document.shown.set_one_per_sound(True)
    owners.document.shown.set_one_per_sound(True)
    owners.document.shown.set_one_per_sound(False)
    assert changes == [2, 4]


def test_what_is_rejected_gives_way_to_its_broader_class(owners: Owners) -> None:
    document = owners.document
    document.shown.set_one_per_sound(True)
    dog = document.events.get("dog")
    assert dog is not None
    rejected = replace(dog, state=ReviewState.REJECTED)
    document.set_events(document.events.with_events(rejected))
    assert ids(document.shown.events) == ["animal", "dog", "speech"]


def test_what_is_selected_is_shown_until_something_else_is(owners: Owners, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.ini", owners.parent)
    OnePerSound(settings, owners.document, owners.selection, owners.parent)
    assert ids(owners.document.shown.events) == ["dog", "speech"]  # the setting is on
    owners.selection.select(["animal"])
    assert ids(owners.document.shown.events) == ["animal", "dog", "speech"]
    assert ids(owners.document.shown.counted) == ["dog", "speech"]
    owners.selection.select(["speech"])
    assert ids(owners.document.shown.events) == ["dog", "speech"]
    settings.set(ONE_PER_SOUND, False)
    assert len(owners.document.shown.events) == 4


def test_what_stands_for_what_is_found_once_for_the_same_events(
    owners: Owners, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches: list[int] = []

    def counted(*arguments: Any) -> Any:
        searches.append(1)
        return duplicates(*arguments)

    monkeypatch.setattr(shown_events, "duplicates", counted)
    shown = owners.document.shown
    shown.set_one_per_sound(True)
    for asked in (["animal"], ["silence"], []):
        shown.ask_for(asked)
        assert ids(shown.events) == sorted(["dog", "speech", *asked])
    assert searches == [1]
