import os
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.analysis import AnalysisSettings, analyse_recording, finished
from yamnet_gui.analysis import event_table as module
from yamnet_gui.analysis.event_table import find_events, read_event_table, write_event_table
from yamnet_gui.analysis.stored import forget_pages, open_rows
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.detection import EDGES, RuleSet, derive_events


@pytest.fixture(scope="module")
def classes():
    return bundled_class_map()


@pytest.fixture
def analysis(tmp_path, model, cache):
    path = write_sound(tmp_path / "two.wav", 12.3, channels=2)
    return finished(analyse_recording(path, model, AnalysisSettings(channels="each"), cache))


@pytest.mark.parametrize("rules", [RuleSet(), RuleSet.threshold(0.45)])
@pytest.mark.parametrize("wanted", [(), (3, 70, 71, 500)])
@pytest.mark.parametrize("edges", EDGES)
def test_events_are_those_of_the_rules(analysis, classes, rules, wanted, edges):
    rules = rules.with_edges(edges)
    labelled = find_events(analysis, rules, wanted).labelled(classes)
    for table in analysis.tables:
        envelope = analysis.envelope(table.channel) if edges == "refined" else None
        expected = derive_events(table, rules, classes, wanted or None, envelope)
        assert [e for e in labelled.events if e.channel == table.channel] == list(expected)


@pytest.mark.parametrize("top", [None, 400])
@pytest.mark.parametrize("wanted", [(), (520, 3, 70, 71, 500)])
def test_a_few_classes_at_a_time_give_the_same_events(monkeypatch, analysis, classes, wanted, top):
    rules = RuleSet.threshold(0.4)
    at_once = find_events(analysis, rules, wanted, top).labelled(classes)
    monkeypatch.setattr(module, "_HELD_SCORES", 1)
    monkeypatch.setattr(module, "_FEWEST_CLASSES", 2)
    assert len(at_once.events) > 1
    assert find_events(analysis, rules, wanted, top).labelled(classes) == at_once


def test_a_part_comes_back_as_it_was(tmp_path, analysis, classes):
    table = find_events(analysis, RuleSet.threshold(0.4))
    with (tmp_path / "labels.npz").open("wb") as file:
        write_event_table(file, table)
    with (tmp_path / "labels.npz").open("rb") as file:
        again = read_event_table(file)
    assert again.labelled(classes) == table.labelled(classes)
    assert len(again.rows) > 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_rows_that_were_let_go_take_no_memory_and_stay_readable(tmp_path):
    rows = np.arange(4_000_000, dtype=np.float32).reshape(-1, 500)
    np.save(tmp_path / "rows.npy", rows)
    mapped = open_rows(tmp_path / "rows.npy", len(rows))

    def resident() -> int:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    assert np.array_equal(mapped, rows)
    before = resident()
    forget_pages(mapped)
    assert before - resident() > 0.9 * rows.nbytes
    assert np.array_equal(mapped, rows)
