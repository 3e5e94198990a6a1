"""Garbage is collected in the window's thread, and not among what stays anyway."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.background.garbage import GarbageCollector
from yamnet_gui.gui.background.priority import ForegroundPriority


class Knot:
    """Refers to itself, so that only a collection ends it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[GarbageCollector]:
    gc.collect()
    gc.enable()
    collector = GarbageCollector(ForegroundPriority())
    yield collector
    collector.close()
    assert gc.isenabled()


def test_python_itself_collects_nothing_until_it_is_closed(collector: GarbageCollector) -> None:
    assert not gc.isenabled()
    knot = weakref.ref(Knot())
    garbage = [[] for _ in range(3 * gc.get_threshold()[0])]
    assert garbage
    assert knot() is not None
    collector.collect()
    assert knot() is None


def test_objects_of_the_start_are_searched_again_only_after_closing(qtbot: QtBot) -> None:
    collector = GarbageCollector(ForegroundPriority())
    knot = weakref.ref(Knot())
    collector.keep_all()
    garbage = [[] for _ in range(3 * gc.get_threshold()[0])]
    assert garbage
    collector.collect()
    assert knot() is not None
    collector.close()
    gc.collect()
    assert knot() is None


def test_nothing_is_collected_while_something_has_the_right_of_way(qtbot: QtBot) -> None:
    way = ForegroundPriority()
    collector = GarbageCollector(way)
    with way.claimed():
        knot = weakref.ref(Knot())
        garbage = [[] for _ in range(3 * gc.get_threshold()[0])]
        assert garbage
        collector.collect()
        assert knot() is not None
    collector.collect()
    assert knot() is None
    collector.close()
