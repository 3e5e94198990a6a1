"""Finer scores come while the user reviews, and never change what is selected or decided."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.__main__ import main
from yamnet_gui.analysis import ResultCache
from yamnet_gui.analysis.finer_scores import _records
from yamnet_gui.core.events import ReviewState
from yamnet_gui.detection import Rule, RuleSet, save_rules

RULES = RuleSet().with_default(Rule(on=0.5, off=0.47, merge_gap_s=0.0))


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "sound.wav", 40.0, seed=3)


def spans(events) -> list[tuple[str, float, float]]:
    return sorted((e.label, round(e.onset_s, 5), round(e.offset_s, 5)) for e in events)


def changed_rows(scores: np.ndarray, before: np.ndarray) -> int:
    return int((scores != before).any(axis=1).sum())


@pytest.fixture
def written(sound, tmp_path, tiny_weights):
    """The events that the command line finds with a closer look of this kind."""

    def run(finer: str) -> list[tuple[str, float, float]]:
        rules, table = tmp_path / "rules.json", tmp_path / f"{finer}.csv"
        save_rules(rules, RULES)
        command = ["analyze", str(sound), "-o", str(table), "--rules", str(rules)]
        assert main([*command, "--finer", finer, "--weights", str(tiny_weights)]) == 0
        columns = pd.read_csv(table)[["label", "onset_s", "offset_s"]].round(5)
        return sorted(columns.itertuples(index=False, name=None))

    return run


@pytest.mark.workflow
def test_the_switch_takes_effect_on_the_recording_that_is_open(
    start, settled, sound, tiny_weights, written
):
    bench = start(sound, weights=tiny_weights)
    settled(bench)
    bench.session.rules.set(RULES)
    document, settings = bench.session.document, bench.session.settings
    events = {}
    for finer in ("doubtful", "off", "everywhere", "doubtful", "off"):
        settings.set("finer", finer)
        settled(bench)
        now = spans(document.shown.events)
        assert events.setdefault(finer, now) == now
        assert document.analysis_settings.finer == finer
    assert events["off"] != events["doubtful"]
    for finer, shown in events.items():
        table = written(finer)
        assert [event[0] for event in shown] == [event[0] for event in table]
        assert [e[1:] for e in shown] == [pytest.approx(e[1:], abs=2e-5) for e in table]


@pytest.mark.workflow
def test_a_switch_during_the_analysis_holds_when_it_is_over(start, settled, sound, tiny_weights):
    bench = start(sound, weights=tiny_weights)
    settled(bench)
    document, analysis = bench.session.document, bench.services.analysis
    finer = np.array(document.scores.table().scores)
    analysis.start()  # begins with the finer scores that are stored
    bench.session.settings.set("finer", "off")
    settled(bench)
    assert document.analysis_settings.finer == "off"
    published = np.array(document.scores.table().scores)
    assert not np.array_equal(published, finer)
    bench.session.settings.set("finer", "doubtful")
    settled(bench)
    np.testing.assert_array_equal(document.scores.table().scores, finer)


@pytest.mark.workflow
def test_a_recording_opened_again_begins_with_its_finer_scores(start, settled, sound, tiny_weights):
    bench = start(sound, weights=tiny_weights)
    settled(bench)
    seen = np.array(bench.session.document.scores.table().scores)
    bench.shell.window.close()
    bench.close()
    again = start(sound, weights=tiny_weights)
    begun: list[np.ndarray] = []
    again.services.analysis.analysed.connect(
        lambda _: begun.append(np.array(again.session.document.scores.table().scores))
    )
    settled(again)
    np.testing.assert_array_equal(begun, [seen])
    assert again.session.document.analysis_settings.finer == "doubtful"
    np.testing.assert_array_equal(again.session.document.scores.table().scores, seen)


@pytest.mark.workflow
def test_a_look_that_was_interrupted_goes_on_from_what_is_stored_and_says_so(
    start, settled, sound, tiny_weights
):
    bench = start(sound, weights=tiny_weights)
    published = []
    bench.services.analysis.analysed.connect(lambda a: published.append(a.table().scores))
    settled(bench)
    whole = np.array(bench.session.document.scores.table().scores)
    bench.shell.window.close()
    bench.close()
    (stored,) = ResultCache().folder.rglob("*.finer")
    first = min(end for _, end in _records(stored, None, whole.shape[1]))
    with stored.open("r+b") as file:
        file.truncate(first)  # as a quit leaves it behind
    again = start(sound, weights=tiny_weights)
    document, status = again.session.document, again.shell.status
    begun: list[np.ndarray] = []
    again.services.analysis.analysed.connect(
        lambda _: begun.append(np.array(document.scores.table().scores))
    )
    said: list[tuple[str, str]] = []
    document.closer_look_changed.connect(
        lambda: said.append((status.message.text(), again.shell.events.count.text()))
    )
    settled(again)
    assert 0 < changed_rows(begun[0], published[0]) < changed_rows(whole, published[0])
    np.testing.assert_array_equal(document.scores.table().scores, whole)
    assert said[1][0].startswith("Looking closer")
    counts = {count for _, count in said[:-1]} - {"loading events…"}
    assert all(count.endswith("provisional") for count in counts)
    assert document.closer_look is None
    assert said[-1][0] == ""
    assert "provisional" not in again.shell.events.count.text()


@pytest.mark.workflow
def test_what_is_selected_or_decided_stays_while_finer_scores_come(
    start, settled, sound, tiny_weights
):
    bench = start(sound, weights=tiny_weights)
    settled(bench)
    bench.session.rules.set(RULES)
    document, selection = bench.session.document, bench.session.selection
    settings = bench.session.settings
    settings.set("finer", "off")
    settled(bench)
    before = {event.id: event for event in document.events}
    settings.set("finer", "doubtful")
    settled(bench)
    finer = {event.id: event for event in document.events}
    settings.set("finer", "off")
    settled(bench)
    assert {event.id: event for event in document.events} == before
    change = [event for event in before.values() if finer.get(event.id) != event]
    assert len(change) >= 3
    held, decided = change[0], change[1]
    selection.select([decided.id])
    bench.services.review.decisions.decide(ReviewState.ACCEPTED)
    settled(bench)
    selection.select([held.id])
    settings.set("finer", "doubtful")
    settled(bench)
    now = document.events.get(decided.id)
    assert now.touched
    assert (now.onset_s, now.offset_s) == (decided.onset_s, decided.offset_s)
    assert document.events.get(held.id) == held
    assert document.events.get(change[2].id) == finer.get(change[2].id)
    selection.select([])
    settled(bench)
    assert document.events.get(held.id) == finer.get(held.id)


def test_rows_that_are_put_are_drawn_and_ranked(owners):
    owners.open()
    owners.score({(9, 3): 0.9, (10, 3): 0.5, (40, 5): 0.2})
    buffer = owners.document.scores
    rows = np.zeros((2, 521), np.float32)
    rows[1, 5] = 0.7
    owners.document.put_rows(None, np.array([9, 40], np.int32), rows)
    assert buffer.best[[3, 5]].tolist() == pytest.approx([0.5, 0.7])
    assert buffer.mean[5] == pytest.approx(0.7 / 125)
    drawn = buffer.columns([3, 5], 0.0, 60.0, 4)
    assert drawn.max(axis=1).tolist() == [128, 179]


def test_rows_that_are_put_reach_every_level_of_a_long_drawing(owners):
    from yamnet_gui.core.scores import FrameGrid, ScoreTable
    from yamnet_gui.gui.state.score_buffer import ScoreBuffer

    scores = np.zeros((75_000, 521), np.float32)
    scores[50_001, 3] = 1.0
    buffer = ScoreBuffer.of_table(ScoreTable(FrameGrid(75_000, 36_000.0), scores))
    owners.open(36_000.0)
    owners.document.set_scores((buffer,))
    rows = np.zeros((2, 521), np.float32)
    rows[0, 4] = 0.5
    owners.document.put_rows(None, np.array([74_999, 50_001][::-1], np.int32), rows)
    for columns in (10, 1000, 75_000):
        drawn = buffer.columns([3, 4], 0.0, 36_000.0, columns)
        assert drawn.max(axis=1).tolist() == [0, 128]
    assert buffer.best[[3, 4]].tolist() == [0.0, 0.5]
