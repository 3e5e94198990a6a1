"""The preview of what rules would change."""

from pytestqt.qtbot import QtBot

from yamnet_gui.core.event_diff import EventDiff
from yamnet_gui.core.events import Event
from yamnet_gui.detection import RuleSet
from yamnet_gui.gui.features.rules.dialog import ApplyRulesDialog
from yamnet_gui.quality.references import Skipped
from yamnet_gui.quality.rule_preview import PreviewProgress, RecordingChanges, RulesPreview


def test_a_class_shows_its_first_events_and_how_many_more_there_are(qtbot: QtBot) -> None:
    def events(name: str, count: int) -> tuple[Event, ...]:
        return tuple(Event(f"{name}{n}", n, n + 1, "Dog") for n in range(count))

    def changes(name: str) -> RecordingChanges:
        return RecordingChanges(name, f"{name}.wav", EventDiff(events(name, 150), (), ()), 0)

    dialog = ApplyRulesDialog("mine")
    qtbot.addWidget(dialog)
    preview = RulesPreview(RuleSet(name="mine"), (changes("a"), changes("b"), changes("c")))
    dialog.on_progress(PreviewProgress(3, 3, preview))
    item = dialog.tree.topLevelItem(0)
    assert item is not None
    assert [item.text(n) for n in range(4)] == ["Dog", "450", "", ""]
    item.setExpanded(True)
    assert item.childCount() == 201
    shown = item.child(150)
    last = item.child(200)
    assert shown is not None
    assert shown.text(0).startswith("b.wav")
    assert last is not None
    assert last.text(0) == "and 250 more"


def test_what_is_left_out_for_one_reason_is_said_once(qtbot: QtBot) -> None:
    dialog = ApplyRulesDialog("mine")
    qtbot.addWidget(dialog)
    why = "is not analysed with these settings"
    skipped = (*(Skipped(f"{n}.wav", why) for n in range(5)), Skipped("z.wav", "cannot be read"))
    dialog.on_progress(PreviewProgress(6, 6, RulesPreview(RuleSet(name="mine"), (), skipped)))
    assert dialog.remark.text() == (
        "Left out: 5 recordings are not analysed with these settings (0.wav, 1.wav, 2.wav, 2 more);"
        " z.wav cannot be read."
    )
