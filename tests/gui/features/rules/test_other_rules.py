"""Rules that reach only the open recording: what is said of the others, and where."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.export.dialog import ExportDialog
from yamnet_gui.gui.features.export.feature import ExportFeature
from yamnet_gui.gui.features.rules.feature import RulesFeature
from yamnet_gui.gui.workbench import Workbench

pytestmark = pytest.mark.workflow
ONE = "1 other recording still has events of other thresholds or rules."


def notices(bench: Workbench) -> list[str]:
    return [notice.text for notice in bench.shell.notices.notices]


@pytest.fixture
def bench(
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    tiny_weights: Path,
    tmp_path: Path,
) -> Workbench:
    """A project of two analysed recordings, the second of which is open."""
    bench = start(weights=tiny_weights)
    settled(bench)
    bench.services.projects.create(tmp_path / "p.yamnet")
    settled(bench)
    for number in range(2):
        bench.open(write_sound(tmp_path / f"s{number}.wav", 12.0, seed=number))
        settled(bench)
    return bench


def test_recordings_that_a_threshold_did_not_reach_are_named_until_it_is_applied(
    bench: Workbench, settled: Callable[[Workbench], None], tmp_path: Path
) -> None:
    rules, panel = bench.feature(RulesFeature), bench.feature(AllEvents).panel
    assert rules.others.text == ""
    assert ONE not in notices(bench)
    bench.session.rules.set_threshold(None, 0.7)
    settled(bench)
    assert ONE in notices(bench)
    assert panel.other_rules.label.text() == ONE
    panel.set_from_dataset(on=True)
    assert not panel.other_rules.isVisibleTo(panel), "a dataset has rules of its own"
    panel.set_from_dataset(on=False)
    assert panel.other_rules.isVisibleTo(panel)
    bench.feature(ExportFeature).export()
    dialog = bench.shell.window.findChild(ExportDialog)
    assert dialog is not None
    what = dialog.what
    assert not what.other_rules.isVisibleTo(dialog), "the open recording follows the rules"
    what.scope.setCurrentIndex(what.scope.findData("project"))
    assert what.other_rules.isVisibleTo(dialog)
    assert what.other_rules.label.text() == ONE
    what.other_rules.button.click()
    preview = rules.applier.dialog
    assert preview is not None
    while preview.preview is None:
        settled(bench)
    preview.apply.click()
    settled(bench)
    assert rules.others.text == ""
    assert ONE not in notices(bench)
    assert not panel.other_rules.isVisibleTo(panel)
    bench.shell.window.actions_by_id["undo"].trigger()
    settled(bench)
    assert rules.others.text == ONE


def test_opening_a_recording_says_what_the_present_rules_made_of_its_events(
    bench: Workbench, settled: Callable[[Workbench], None], tmp_path: Path
) -> None:
    project = bench.session.project.project
    assert project is not None
    ids = {r.name: r.id for r in project.recordings.all()}
    before = len(project.events.of(ids["s0.wav"]))
    bench.session.rules.set_threshold(None, 0.7)
    settled(bench)
    bench.open(tmp_path / "s0.wav")
    settled(bench)
    gone = before - len(bench.session.document.events)
    assert gone > 0
    (said,) = [text for text in notices(bench) if "s0.wav" in text]
    assert "found with other thresholds or rules" in said
    assert f"{gone} vanish" in said
    bench.shell.notices.clear()
    bench.open(tmp_path / "s1.wav")  # which followed them while it was open
    settled(bench)
    assert not [text for text in notices(bench) if "found with other" in text]
