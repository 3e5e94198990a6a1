"""Keys of actions that cannot be done now say why, in one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from yamnet_gui.core.events import Event, EventList
from yamnet_gui.gui.actions import ACTIONS, ActionSpec
from yamnet_gui.gui.workbench import Workbench

pytestmark = pytest.mark.workflow

KEYED = [spec for spec in ACTIONS if spec.menu in ("Edit", "Review") and spec.keys]
USED_BY_WIDGETS = {"clear_selection", "select_all"}


def said(bench: Workbench, spec: ActionSpec) -> str:
    """What the window says after the key of an action."""
    bench.shell.status.clear_progress()
    key = bench.shell.window.actions_by_id[spec.id].shortcut()[0]
    QTest.keyClick(bench.shell.window, key.key(), key.keyboardModifiers())
    return bench.shell.status.message.text()


def test_every_key_that_cannot_act_says_why(
    qtbot: QtBot, start: Callable[..., Workbench], settled: Callable[[Workbench], None],
    sound_file: Path,
) -> None:  # fmt: skip
    bench = start()
    window = bench.shell.window
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    settled(bench)

    def unavailable() -> dict[str, str]:
        off = [s for s in KEYED if not window.actions_by_id[s.id].isEnabled()]
        spoken = {s.id: said(bench, s) for s in off if s.id not in USED_BY_WIDGETS}
        for spec in off:
            if spec.id in spoken:
                assert spoken[spec.id].startswith(f"{spec.name}: "), spec.id
                assert spoken[spec.id].endswith("."), spec.id
        return spoken

    spoken = unavailable()
    assert {"accept", "label_9", "relabel_again", "draw", "split", "undo"} <= spoken.keys()
    assert spoken["accept"] == "Accept: no recording is open."

    bench.open(sound_file)
    settled(bench)
    spoken = unavailable()
    assert "there are no events" in spoken["accept"]
    assert "no span is selected" in spoken["draw"]
    assert "find_class" not in spoken

    bench.session.document.set_events(EventList.of([Event("a", 1.0, 2.0, "Dog")]))
    assert "no event is selected" in unavailable()["reject"]

    bench.session.selection.select(("a",))
    window.actions_by_id["label_3"].setVisible(False)  # as a label set with fewer labels does
    assert "has the key 3" in unavailable()["label_3"]
    bench.session.settings.set_shortcut("draw", "Ctrl+7")
    assert "no span is selected" in unavailable()["draw"]


def test_new_events_leave_the_actions_of_an_analysis_as_they_are(
    start: Callable[..., Workbench], settled: Callable[[Workbench], None], sound_file: Path
) -> None:
    bench = start(sound_file)
    settled(bench)
    actions, changed = bench.shell.window.actions_by_id, []
    for name in ("analyse", "cancel"):
        actions[name].changed.connect(lambda name=name: changed.append(name))
    bench.session.document.set_events(EventList.of([Event("a", 0.1, 0.2, "Speech", 0)]))
    settled(bench)
    assert changed == []
    assert not actions["cancel"].isEnabled()
