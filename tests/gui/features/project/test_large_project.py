"""Damage in a project that is too large to be searched while it is opened."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from yamnet_gui.gui.workbench import Workbench

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


@pytest.mark.parametrize("broken", [True, False])
def test_wrong_values_are_said_in_one_sentence_after_opening(
    start: Start, settled: Settled, path: Path, broken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yamnet_gui.labels.project.open_checks._CHECK_BYTES", -1)
    with closing(sqlite3.connect(path)) as database, database:
        if broken:
            database.execute("UPDATE events SET onset_s = 'soon' WHERE row = 1")
    bench = start(path)
    settled(bench)
    texts = [n.text for n in bench.shell.notices.notices if n.key == "damaged rows"]
    assert len(texts) == broken
    assert not broken or "holds rows with values that no project has (1 in 'events')" in texts[0]
    project = bench.session.project.project
    assert project is not None
    assert not project.read_only
