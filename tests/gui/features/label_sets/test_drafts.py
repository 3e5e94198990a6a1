"""Label sets while they are edited, without a widget."""

import pytest

from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.gui.features.label_sets.drafts import LabelSetDraft, LabelSetDrafts
from yamnet_gui.labels.project import LabelSet, OwnLabel

BIRDS = LabelSet("one", "Birds", (OwnLabel("crow", key="k"), OwnLabel("owl"), OwnLabel("dove")))


@pytest.fixture
def drafts() -> LabelSetDrafts:
    return LabelSetDrafts([BIRDS], bundled_class_map(), {"A": "Accept"})


@pytest.fixture
def birds(drafts: LabelSetDrafts) -> LabelSetDraft:
    draft = drafts.at(0)
    assert draft is not None
    return draft


@pytest.mark.parametrize(
    ("setter", "text", "reason"),
    [
        ("set_name", "owl", "already exists"),
        ("set_name", "", "needs a name"),
        ("set_shortcut", "a", "shortcut of Accept"),
        ("set_shortcut", "xy", "one letter"),
        ("set_shortcut", " ", "one letter"),
        ("set_class", "unicorn", "is not one of"),
    ],
)
def test_a_refused_text_changes_nothing(
    birds: LabelSetDraft, setter: str, text: str, reason: str
) -> None:
    assert reason in getattr(birds, setter)(0, text)
    assert birds.label_set() == BIRDS


def test_a_shortcut_of_another_label_is_refused(birds: LabelSetDraft) -> None:
    assert "shortcut of crow" in birds.set_shortcut(1, "K")


def test_the_name_of_a_class_maps_the_label_to_it(birds: LabelSetDraft) -> None:
    assert birds.set_name(1, "Owl") == ""
    owl = bundled_class_map().find("Owl")
    assert owl is not None
    assert (birds.labels[1].class_index, birds.labels[1].mid) == (owl.index, owl.mid)
    assert birds.set_class(1, "") == ""
    assert (birds.labels[1].class_index, birds.labels[1].mid) == (None, "")


def test_new_labels_and_sets_are_numbered_where_their_name_is_in_use(
    drafts: LabelSetDrafts, birds: LabelSetDraft
) -> None:
    assert [birds.add("crow"), birds.add("crow")] == [3, 4]
    assert [label.name for label in birds.labels[3:]] == ["crow 2", "crow 3"]
    drafts.insert(BIRDS)
    assert [draft.name for draft in drafts] == ["Birds", "Birds 2"]
    assert len({draft.id for draft in drafts}) == 2


def test_labels_move_only_inside_the_list(birds: LabelSetDraft) -> None:
    assert not birds.move(0, -1)
    assert not birds.move(2, 1)
    assert birds.move(0, 1)
    assert [label.name for label in birds.labels] == ["owl", "crow", "dove"]


def test_an_index_beyond_the_class_map_is_dropped(drafts: LabelSetDrafts) -> None:
    row = drafts.insert(LabelSet("x", "Old", (OwnLabel("newt", class_index=9999),)))
    draft = drafts.at(row)
    assert draft is not None
    assert draft.labels[0].class_index is None
