"""Kinds of a sound shown as one event."""

import pytest

from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.dialogs.class_picker import ClassPickerDialog, choices_of, near_classes
from yamnet_gui.gui.features.grouping import GroupingFeature
from yamnet_gui.gui.panels.recording_table_model import EVENTS

pytestmark = pytest.mark.workflow

INSECT = "/m/03vt0"


@pytest.fixture
def demo(start, settled):
    bench = start("demo")
    settled(bench)
    return bench


@pytest.fixture
def everything(demo):
    """The demo with all events: also broader classes of the same sounds."""
    demo.shell.events.foot.button.click()
    assert not demo.session.settings.value("one_per_sound")
    return demo


def pick(box, value: str) -> None:
    row = box.findData(value)
    assert row >= 0
    box.setCurrentIndex(row)
    box.activated.emit(row)


def animal(bench) -> str:
    return next(node.mid for node in bench.session.ontology.nodes if node.name == "Animal")


def labels(bench) -> set[str]:
    return {event.label for event in bench.shell.events.model.shown}


def test_table_and_track_show_a_branch_as_one_event(everything):
    demo = everything
    panel = demo.shell.events
    demo.session.class_view.choose(demo.session.class_map.value.select(["Cricket"])[0].index)
    before = list(demo.session.document.events)
    assert {"Cricket", "Insect", "Animal"} <= labels(demo)
    pick(panel.group_by, animal(demo))
    assert "Animal" in labels(demo)
    assert not {"Cricket", "Insect", "Wild animals"} & labels(demo)
    assert len(panel.model.shown) < len(before)
    assert list(demo.session.document.events) == before  # only shown otherwise
    assert demo.shell.tracks.events._layer._lanes.events == demo.session.grouping.shown.events
    pick(panel.group_by, "")
    assert {"Cricket", "Insect"} <= labels(demo)


def test_actions_on_a_group_apply_to_its_members(demo, settled):
    panel = demo.shell.events
    demo.session.class_view.choose(demo.session.class_map.value.select(["Cricket"])[0].index)
    pick(panel.group_by, animal(demo))
    row = next(i for i, e in enumerate(panel.model.shown) if e.label == "Animal")
    group = demo.session.grouping.group_of(panel.model.shown[row].id)
    panel.table.selectRow(row)
    assert set(demo.session.selection.ids) == {event.id for event in group.members}
    assert demo.session.selection.current == group.leaf.id
    assert demo.shell.inspector.title.text() == group.leaf.label
    assert demo.shell.inspector.several.text().startswith("Animal, ")
    assert "Animal" in demo.shell.inspector.kinds.text() or group.leaf.label == "Animal"
    demo.shell.window.actions_by_id["autoplay"].setChecked(False)
    demo.shell.window.actions_by_id["accept"].trigger()
    settled(demo)
    states = {demo.session.document.events.get(event.id).state for event in group.members}
    assert states == {ReviewState.ACCEPTED}
    shown = demo.session.grouping.shown.get(group.event.id)
    assert shown.state is ReviewState.ACCEPTED
    demo.shell.window.actions_by_id["undo"].trigger()
    settled(demo)
    states = {demo.session.document.events.get(event.id).state for event in group.members}
    assert states == {ReviewState.UNREVIEWED}


def test_stepping_selects_one_group_after_the_other(demo):
    panel = demo.shell.events
    demo.shell.window.actions_by_id["autoplay"].setChecked(False)
    pick(panel.group_by, "main")
    shown = list(panel.model.shown)
    demo.services.transport.seek(0.0)
    demo.session.selection.select(())
    for event in shown[:6]:
        demo.services.queue_controller.step(1)
        assert demo.session.grouping.shown_id(demo.session.selection.current) == event.id
        assert len(demo.session.selection.ids) == len(demo.session.grouping.members(event.id))


def test_a_click_on_a_grouped_bar_selects_the_group(demo):
    pick(demo.shell.events.group_by, "main")
    shown = max(demo.session.grouping.shown, key=lambda e: len(demo.session.grouping.members(e.id)))
    demo.shell.tracks.event_clicked.emit(demo.session.grouping.members(shown.id)[0], False)
    assert set(demo.session.selection.ids) == set(demo.session.grouping.members(shown.id))
    assert len(demo.session.selection.ids) > 1
    other = next(e for e in demo.session.grouping.shown if e.id != shown.id)
    leaf = demo.session.grouping.members(other.id)[0]
    demo.shell.tracks.event_clicked.emit(leaf, True)  # with Ctrl: beside the first
    both = {*demo.session.grouping.members(shown.id), *demo.session.grouping.members(other.id)}
    assert set(demo.session.selection.ids) == both
    demo.shell.tracks.event_clicked.emit(leaf, True)  # and let go as a whole
    assert set(demo.session.selection.ids) == set(demo.session.grouping.members(shown.id))


def test_a_branch_alone_can_be_listed(everything):
    demo = everything
    panel = demo.shell.events
    pick(panel.branch, animal(demo))
    assert "Insect" in labels(demo)
    assert "Speech" not in labels(demo)
    panel.clear_filter()
    assert "Speech" in labels(demo)
    assert panel.branch.currentData() == ""


def test_the_level_is_remembered(start, settled, demo):
    pick(demo.shell.events.group_by, "kinds")
    demo.shell.window.close()
    demo.close()
    again = start("demo")
    settled(again)
    assert again.session.grouping.level == "kinds"
    assert again.shell.events.group_by.currentText() == "Group: Kinds"
    assert any(isinstance(feature, GroupingFeature) for feature in again.features)


def test_a_correction_is_offered_at_every_level(demo, qtbot):
    insect = demo.session.class_map.value.select(["Insect"])[0]
    near = near_classes(demo.session.ontology, insect.index)
    first = choices_of(demo.session.class_map.value, near)
    dialog = ClassPickerDialog(
        demo.session.class_map.value, demo.session.ontology, ("Speech",), first=first
    )
    qtbot.addWidget(dialog)
    offered = [choice.label for choice in dialog.choices("")]
    assert offered[: len(near) + 1] == [
        *(demo.session.class_map.value[i].name for i in near),
        "Speech",
    ]
    assert {"Animal", "Cricket", "Mosquito"} <= set(offered[: len(near)])
    assert near_classes(demo.session.ontology, None) == []


def test_one_event_for_one_sound_everywhere_and_one_click_shows_all(demo, settled):
    session, panel = demo.session, demo.shell.events
    every, shown = len(session.document.events), len(session.document.shown.events)
    assert shown < every
    assert "Cricket" in labels(demo)
    assert "Insect" not in labels(demo)
    assert panel.count.text() == f"{shown} events"
    assert panel.foot.button.text() == f"Show {every - shown} events left out"
    left_out = session.document.shown.left_out
    panel.search.setText("insect")
    matching = sum("insect" in event.label.casefold() for event in left_out)
    assert 0 < matching < every - shown
    assert panel.foot.button.text() == f"Show {matching} more that match{'es' * (matching == 1)}"
    assert "Caw" in panel.foot.button.toolTip()
    assert panel.empty.text().startswith(f"{matching} event")  # none of them is listed
    assert "the button below shows them" in panel.empty.text()
    panel.search.setText("no such sound")
    assert not panel.foot.button.isVisible()
    panel.search.clear()
    assert panel.foot.button.text() == f"Show {every - shown} events left out"
    assert demo.shell.tracks.events._layer._lanes.events == session.document.shown.events.events
    session.selection.select([left_out.events[0].id])
    settled(demo)
    assert len(panel.model.shown) == shown + 1
    assert panel.count.text() == f"{shown} events + 1"
    assert panel.foot.button.text() == f"Show {every - shown} events left out"
    assert demo.shell.recordings.model.index(0, EVENTS).data() == f"{shown}"
    cricket = next(e for e in panel.model.shown if e.label == "Cricket")
    session.selection.select((cricket.id,))
    facts = dict(demo.shell.inspector._facts_of(cricket))
    assert "Insect" in facts["Also as"]
    action = demo.shell.window.actions_by_id["one_per_sound"]
    assert action.isChecked()
    panel.foot.button.click()
    settled(demo)
    assert not action.isChecked()
    assert panel.count.text() == f"{every} events · 1 selected" or str(every) in panel.count.text()
    assert "Insect" in labels(demo)
    action.trigger()
    settled(demo)
    assert len(panel.model.shown) == shown
