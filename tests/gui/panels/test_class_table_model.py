"""The table model of classes."""

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import DOG, SILENCE, SPEECH, Owners
from yamnet_gui.gui.panels.class_cells import ClassColumn
from yamnet_gui.gui.panels.class_table_model import ClassTableModel
from yamnet_gui.gui.state.class_view import ClassOrder


@pytest.fixture
def model(owners: Owners) -> ClassTableModel:
    owners.yard()
    owners.score({(3, DOG): 0.9, (4, SPEECH): 0.6, (5, SPEECH): 0.6, (9, SILENCE): 0.1})
    return ClassTableModel(
        owners.class_map,
        owners.class_view,
        owners.rules,
        owners.document,
        owners.parent,
    )


def classes(model: ClassTableModel, count: int = 3) -> list[int | None]:
    return [model.class_at(model.index(row, 0)) for row in range(count)]


def names(model: ClassTableModel, parent: QModelIndex | None = None) -> list[str]:
    above = parent or QModelIndex()
    return [model.index(row, 0, above).data() for row in range(model.rowCount(above))]


def test_is_a_sound_list_model(model: ClassTableModel, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)


def test_is_a_sound_tree_model(
    model: ClassTableModel, owners: Owners, qtmodeltester: ModelTester
) -> None:
    owners.class_view.set_options(order=ClassOrder.ONTOLOGY)
    model.refresh()
    qtmodeltester.check(model)


@pytest.mark.parametrize(
    ("order", "first"),
    [
        (ClassOrder.BEST, [DOG, SPEECH, SILENCE]),
        (ClassOrder.MEAN, [SPEECH, DOG, SILENCE]),
        (ClassOrder.COUNT, [DOG, SPEECH, SILENCE]),
    ],
)
def test_sorts_by_what_was_heard(
    model: ClassTableModel, owners: Owners, order: ClassOrder, first: list[int]
) -> None:
    owners.class_view.set_options(order=order)
    model.refresh()
    assert classes(model) == first


def test_sorts_by_name(model: ClassTableModel, owners: Owners) -> None:
    owners.class_view.set_options(order=ClassOrder.NAME)
    model.refresh()
    assert names(model) == sorted(owners.class_map.value.names, key=str.casefold)


def test_every_class_is_in_the_tree(model: ClassTableModel, owners: Owners) -> None:
    owners.class_view.set_options(order=ClassOrder.ONTOLOGY)
    model.refresh()
    assert all(model.index_of(i).isValid() for i in range(len(owners.class_map.value)))
    assert "Animal" in names(model)


def test_a_search_in_the_tree_keeps_what_is_above(model: ClassTableModel, owners: Owners) -> None:
    owners.class_view.set_options(order=ClassOrder.ONTOLOGY)
    model.refresh()
    model.set_search("growl")
    index = model.index_of(owners.class_map.value.select(["Growling"])[0].index)
    way = []
    while index.isValid():
        way.append(index.data())
        index = model.parent(index)
    assert way[0] == "Growling"
    assert way[-1] == "Animal"
    assert not model.index_of(SPEECH).isValid()


def test_a_search_finds_words_in_any_order(model: ClassTableModel) -> None:
    model.set_search("kid child")
    assert names(model) == ["Child speech, kid speaking"]
    model.set_search("no such sound")
    assert names(model) == []


def test_rows_keep_their_identity_when_scores_change_the_order(
    model: ClassTableModel, owners: Owners
) -> None:
    dog = QPersistentModelIndex(model.index_of(DOG))
    assert dog.row() == 0
    owners.score({(3, DOG): 0.3, (4, SPEECH): 0.6})
    model.refresh()
    assert dog.row() == 1
    assert dog.data() == "Dog"
    assert model.index(1, ClassColumn.BEST).data() == "0.30"


def test_counts_best_scores_and_own_thresholds_are_shown(
    model: ClassTableModel, owners: Owners
) -> None:
    owners.rules.set_threshold(DOG, 0.55)
    row = model.index_of(DOG).row()
    texts = [model.index(row, column).data() for column in ClassColumn]
    assert texts == ["Dog", "0.55", "1", "0.90"], "a rejected dog does not count"
    font = model.index(row, ClassColumn.THRESHOLD).data(Qt.ItemDataRole.FontRole)
    assert font.bold()
    other = model.index(model.index_of(SPEECH).row(), ClassColumn.THRESHOLD)
    assert other.data(Qt.ItemDataRole.FontRole) is None


def test_a_threshold_is_asked_for_and_not_stored(
    model: ClassTableModel, owners: Owners, qtbot: QtBot
) -> None:
    cell = model.index(model.index_of(DOG).row(), ClassColumn.THRESHOLD)
    before = owners.rules.rule_set
    with qtbot.waitSignal(model.threshold_edited) as asked:
        assert model.setData(cell, 0.42)
    assert asked.args == [DOG, 0.42]
    assert owners.rules.rule_set == before


def test_a_threshold_left_as_it_is_asks_for_nothing(model: ClassTableModel, qtbot: QtBot) -> None:
    cell = model.index(model.index_of(DOG).row(), ClassColumn.THRESHOLD)
    with qtbot.assertNotEmitted(model.threshold_edited):
        model.setData(cell, round(cell.data(Qt.ItemDataRole.EditRole), 2))


def test_ticking_goes_to_the_class_view(model: ClassTableModel, owners: Owners) -> None:
    cell = model.index_of(DOG)
    model.setData(cell, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert owners.class_view.ticked == {DOG}
    model.setData(cell, Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    assert owners.class_view.ticked == frozenset()


def test_groups_sum_up_what_is_below(model: ClassTableModel, owners: Owners) -> None:
    owners.class_view.set_options(order=ClassOrder.ONTOLOGY)
    model.refresh()
    group = model.parent(model.index_of(SPEECH))
    assert model.class_at(group) is None
    assert group.siblingAtColumn(ClassColumn.BEST).data() == "0.60"
    assert group.siblingAtColumn(ClassColumn.COUNT).data() == "1"


@pytest.mark.parametrize("order", [ClassOrder.BEST, ClassOrder.ONTOLOGY])
def test_a_kind_that_is_named_in_full_lists_what_is_below_it(
    model: ClassTableModel, owners: Owners, order: ClassOrder
) -> None:
    owners.class_view.set_options(order=order)
    model.refresh()
    model.set_search("dog")
    listed = {
        entry.name
        for entry in owners.class_map.value.classes
        if model.index_of(entry.index).isValid()
    }
    assert {"Dog", "Bark", "Yip", "Howl"} <= listed
    assert "Horse" not in listed
    model.set_search("cat dog")
    assert not model.index_of(DOG).isValid()
