"""Edges in the window are those of the command line, and finer than frames."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.__main__ import main
from yamnet_gui.analysis import ResultCache
from yamnet_gui.detection import load_rules


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "sound.wav", 20.0, seed=3)


def spans(events) -> list[tuple[str, float, float, float]]:
    return sorted((e.label, e.onset_s, e.offset_s, e.onset_uncertainty_s) for e in events)


def written(path: Path) -> list[tuple[str, float, float, float]]:
    table = pd.read_parquet(path)
    columns = ["label", "onset_s", "offset_s", "onset_uncertainty_s"]
    return sorted(table[columns].itertuples(index=False, name=None))


@pytest.mark.workflow
@pytest.mark.parametrize("choice", ["balanced", "alarms", "file"])
def test_window_and_command_line_find_the_same_events(
    start, settled, tiny_weights, sound, tmp_path, choice
):
    bench = start(sound, weights=tiny_weights)
    settled(bench)
    rules = choice
    if choice == "file":
        rules = tmp_path / "rules.json"
        rules.write_text(
            '{"format": "yamnet_gui rules", "format_version": 1, "default": {"on": 0.51,'
            ' "off": 0.4, "smoothing_s": 1.44, "merge_gap_s": 0.5, "padding_s": 0.1,'
            ' "shortest_s": 0.2, "longest_s": 3.0, "cooldown_s": 0, "enabled": true},'
            ' "classes": [{"name": "Speech", "method": "boxes"},'
            ' {"name": "Music", "edges": "plain", "on": 0.3}]}'
        )
        bench.session.rules.set(load_rules(rules))
    elif choice != "balanced":
        from yamnet_gui.detection import preset

        bench.session.rules.set(preset(choice, bench.session.ontology))
    settled(bench)
    table = tmp_path / "events.parquet"
    command = ["analyze", str(sound), "-o", str(table), "--format", "parquet"]
    assert main([*command, "--rules", str(rules)]) == 0
    shown, exported = spans(bench.session.document.shown.events), written(table)
    assert [event[0] for event in shown] == [event[0] for event in exported]
    np.testing.assert_allclose(
        [event[1:] for event in shown], [event[1:] for event in exported], atol=1e-6
    )
    assert len(shown) > 3


@pytest.mark.workflow
def test_an_older_result_gets_its_edges_in_the_background(start, settled, tiny_weights, sound):
    bench = start(sound, weights=tiny_weights)
    settled(bench)
    refined = spans(bench.session.document.events)
    bench.shell.window.close()
    bench.close()
    for envelope in ResultCache().folder.rglob("*.envelope.npy"):
        envelope.unlink()
    again = start(sound, weights=tiny_weights)
    settled(again)
    restored = spans(again.session.document.events)
    assert [e[0] for e in restored] == [e[0] for e in refined]
    np.testing.assert_allclose([e[1:] for e in restored], [e[1:] for e in refined], atol=0.021)
    assert list(ResultCache().folder.rglob("*.envelope.npy"))


@pytest.mark.workflow
def test_the_demo_shows_refined_edges(start, settled):
    bench = start("demo")
    settled(bench)
    tiles = bench.session.document.scores.grid.tile_edges()
    onsets = np.array([event.onset_s for event in bench.session.document.events])
    off_grid = np.abs(onsets[:, None] - tiles).min(axis=1) > 1e-6
    assert off_grid.mean() > 0.5
    event = next(
        e for e in bench.session.document.events if e.label == "Smoke detector, smoke alarm"
    )
    assert event.onset_uncertainty_s < 1.0
    bench.session.selection.select([event.id])
    shown = {name: value.text() for name, (_, value) in bench.shell.inspector.facts._rows.items()}
    assert f"±{event.onset_uncertainty_s * 1000:.0f} ms" in shown["Edges"]
