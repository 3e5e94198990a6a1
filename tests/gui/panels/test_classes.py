"""The panel of classes."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QDoubleSpinBox
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import DOG, SPEECH, Owners
from yamnet_gui.core.events import EventList
from yamnet_gui.gui.panels.class_cells import ClassCells, ClassColumn
from yamnet_gui.gui.panels.class_table_model import ClassTableModel
from yamnet_gui.gui.panels.classes import ClassesPanel
from yamnet_gui.gui.state.class_view import ClassOrder, Showing


@pytest.fixture
def panel(owners: Owners, qtbot: QtBot) -> ClassesPanel:
    owners.yard()
    owners.score({(3, DOG): 0.9, (4, SPEECH): 0.6})
    panel = ClassesPanel(owners.class_map, owners.class_view, owners.rules, owners.document)
    qtbot.addWidget(panel)
    panel.resize(280, 600)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def pick(panel: ClassesPanel, class_index: int) -> None:
    panel.tree.setCurrentIndex(panel.model.index_of(class_index))


def test_a_row_chooses_its_class(panel: ClassesPanel, owners: Owners) -> None:
    pick(panel, DOG)
    assert owners.class_view.chosen == DOG


def test_a_class_chosen_elsewhere_becomes_the_current_row(
    panel: ClassesPanel, owners: Owners
) -> None:
    owners.class_view.choose(300)
    assert panel.model.class_at(panel.tree.currentIndex()) == 300
    owners.class_view.set_options(order=ClassOrder.ONTOLOGY)
    assert panel.model.class_at(panel.tree.currentIndex()) == 300


def test_the_best_class_chosen_after_an_analysis_stands_on_top(
    panel: ClassesPanel, owners: Owners
) -> None:
    owners.score({(3, 500): 0.95, (4, 499): 0.6})
    owners.class_view.choose(500)
    assert panel.model.class_at(panel.tree.indexAt(QPoint(20, 2))) == 500
    assert panel.tree.verticalScrollBar().value() == 0


def test_the_chosen_class_comes_into_sight_in_another_recording(
    panel: ClassesPanel, owners: Owners
) -> None:
    owners.class_view.choose(DOG)
    bar = panel.tree.verticalScrollBar()

    def in_sight() -> bool:
        row = panel.tree.visualRect(panel.tree.currentIndex())
        return panel.tree.viewport().rect().contains(row.center())

    owners.open()
    owners.score({(3, other): 0.9 for other in range(400, 500)})  # the dog comes far below
    panel.refresh()
    assert owners.class_view.chosen == DOG
    assert in_sight()
    bar.setValue(0)
    assert not in_sight()
    panel.refresh()  # the user looks elsewhere: results that come later do not scroll
    assert bar.value() == 0


def test_the_boxes_write_and_follow_the_class_view(panel: ClassesPanel, owners: Owners) -> None:
    panel.order.setCurrentIndex(panel.order.findData(ClassOrder.NAME))
    panel.order.activated.emit(panel.order.currentIndex())
    panel.showing.activated.emit(panel.showing.findData(Showing.EVENTS))
    panel.limit.setValue(7)
    view = owners.class_view
    assert (view.order, view.showing, view.limit) == (ClassOrder.NAME, Showing.EVENTS, 7)
    view.set_options(showing=Showing.TICKED, order=ClassOrder.BEST, limit=12)
    assert panel.showing.currentData() == Showing.TICKED
    assert panel.order.currentData() == ClassOrder.BEST
    assert panel.limit.value() == 12


def test_the_slider_and_the_box_ask_for_one_threshold(
    panel: ClassesPanel, owners: Owners, qtbot: QtBot
) -> None:
    asked: list[tuple[object, float]] = []
    panel.threshold_requested.connect(lambda i, value: asked.append((i, value)))
    panel.threshold.slider.setValue(45)
    panel.threshold.field.setValue(0.6)
    assert asked == [(None, 0.45), (None, 0.6)]
    assert panel.threshold.slider.value() == 60


def test_new_rules_move_the_slider_without_asking(
    panel: ClassesPanel, owners: Owners, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(panel.threshold_requested):
        owners.rules.set_threshold(None, 0.35)
    assert panel.threshold.slider.value() == 35
    assert panel.threshold.field.value() == 0.35


def test_a_threshold_is_edited_in_place(panel: ClassesPanel, qtbot: QtBot) -> None:
    cell = panel.model.index(panel.model.index_of(DOG).row(), ClassColumn.THRESHOLD)
    panel.tree.setCurrentIndex(cell)
    panel.tree.edit(cell)
    editor = panel.tree.viewport().findChild(QDoubleSpinBox)
    assert editor is not None
    editor.setValue(0.8)
    with qtbot.waitSignal(panel.threshold_requested) as asked:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert asked.args == [DOG, 0.8]


def test_a_threshold_being_typed_survives_new_scores(
    panel: ClassesPanel, owners: Owners, qtbot: QtBot
) -> None:
    cell = panel.model.index(panel.model.index_of(DOG).row(), ClassColumn.THRESHOLD)
    panel.tree.setCurrentIndex(cell)
    panel.tree.edit(cell)
    editor = panel.tree.viewport().findChild(QDoubleSpinBox)
    assert editor is not None
    editor.lineEdit().setText("0.7")
    owners.score({(3, DOG): 0.3, (4, SPEECH): 0.6})
    panel.refresh()
    assert editor.lineEdit().text() == "0.7"
    with qtbot.waitSignal(panel.threshold_requested) as asked:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert asked.args == [DOG, 0.7]


def test_a_click_on_the_tick_shows_the_class_always(
    panel: ClassesPanel, owners: Owners, qtbot: QtBot
) -> None:
    cell = panel.tree.visualRect(panel.model.index_of(DOG))
    place = QPoint(cell.left() + 9, cell.center().y())
    qtbot.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert owners.class_view.ticked == {DOG}


def test_a_search_and_enter_choose_the_first_class(
    panel: ClassesPanel, owners: Owners, qtbot: QtBot
) -> None:
    qtbot.keyClicks(panel.search, "growl")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert owners.class_view.chosen == owners.class_map.value.select(["Growling"])[0].index


def test_many_chunks_give_few_updates(panel: ClassesPanel, owners: Owners, qtbot: QtBot) -> None:
    updates: list[int] = []
    panel.model.layoutChanged.connect(lambda: updates.append(1))
    for value in range(1, 50):
        owners.score({(3, DOG): 0.9, (4, SPEECH): 0.5, (5, value + 100): value / 60})
    assert updates == []
    qtbot.waitUntil(lambda: bool(updates), timeout=2000)
    assert len(updates) == 1
    assert panel.model.class_at(panel.model.index(1, 0)) == 149


def test_a_right_click_offers_the_common_threshold_again(
    panel: ClassesPanel, owners: Owners, qtbot: QtBot
) -> None:
    owners.rules.set_threshold(DOG, 0.8)
    menu = panel.class_menu.at(panel.model.index_of(DOG))
    offered = {action.text(): action for action in menu.actions()}
    with qtbot.waitSignal(panel.class_cleared) as cleared:
        offered["Use the threshold for all classes"].trigger()
    assert cleared.args == [DOG]


def test_open_groups_stay_open_after_a_search(panel: ClassesPanel, owners: Owners) -> None:
    owners.class_view.set_options(order=ClassOrder.ONTOLOGY)
    index = panel.model.index_of(owners.class_map.value.select(["Animal"])[0].index)
    dog = panel.model.index_of(DOG)
    panel.tree.expand(panel.model.parent(dog))
    assert panel.tree.isExpanded(index)
    panel.search.setText("bell")
    panel.search.clear()
    assert panel.tree.isExpanded(panel.model.parent(panel.model.index_of(DOG)))


@pytest.mark.parametrize("order", list(ClassOrder))
def test_new_figures_are_painted_without_asking_for_every_row(
    panel: ClassesPanel,
    owners: Owners,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    order: ClassOrder,
) -> None:
    owners.class_view.set_options(order=order)
    asked: list[str] = []
    for name in ("index", "parent", "flags"):
        usual = getattr(ClassTableModel, name)

        def counted(model: ClassTableModel, *arguments: object, name=name, usual=usual) -> object:
            asked.append(name)
            return usual(model, *arguments)

        monkeypatch.setattr(ClassTableModel, name, counted)
    owners.document.set_events(EventList.of([owners.event("one more", 2.0, DOG)]))
    panel.refresh()
    assert len(asked) < 521
    row = panel.model.index_of(DOG)
    assert row.siblingAtColumn(ClassColumn.COUNT).data() == "1"
    with qtbot.waitCallback() as painted:
        monkeypatch.setattr(ClassCells, "text", lambda *_: painted() if not painted.called else "")
        panel.refresh()


def test_counts_of_many_events_are_not_cut(panel: ClassesPanel, owners: Owners) -> None:
    owners.document.set_events(
        EventList.of(owners.event(f"{n}", n * 0.001, length_s=0.001) for n in range(12_345))
    )
    panel.refresh()
    header, metrics = panel.tree.header(), panel.tree.fontMetrics()
    assert header.sectionSize(ClassColumn.COUNT) >= metrics.horizontalAdvance("12,345") + 6


def test_the_best_classes_come_back_with_the_last_tick_that_goes(owners: Owners) -> None:
    view = owners.class_view
    view.tick(DOG, True)
    assert view.showing is Showing.TICKED
    view.tick(DOG, False)
    assert view.showing is Showing.BEST


def test_the_threshold_of_a_class_is_painted_in_its_row_only(
    panel: ClassesPanel, owners: Owners, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[QRect] = []
    monkeypatch.setattr(
        panel.tree.viewport(), "update", lambda *place: painted.append(QRect(*place))
    )
    owners.rules.set_threshold(DOG, 0.61)
    row = panel.tree.visualRect(panel.model.index_of(DOG))
    assert [(place.top(), place.height()) for place in painted] == [(row.top(), row.height())]
    painted.clear()
    owners.rules.set_threshold(None, 0.4)
    assert [place.height() for place in painted] == [panel.tree.viewport().height()]


def test_colours_keep_still_when_a_class_is_trained(panel: ClassesPanel, owners: Owners) -> None:
    made: list[bool] = []
    panel.order_changed.connect(lambda _order, _colored, anew: made.append(anew))
    panel.refresh()
    owners.class_map.set_custom_classes(["Beetle"])
    panel.refresh()
    assert made[-1] is False
