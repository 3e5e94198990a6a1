"""Names keep their commas where several of them stand in one cell."""

import pytest

from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.labels.formats.any_table import split_labels
from yamnet_gui.labels.formats.columns import LISTS
from yamnet_gui.labels.formats.name_lists import one_of_several, split_names

WITH_COMMAS = [name for name in bundled_class_map().names if "," in name]


@pytest.mark.parametrize(
    ("text", "apart", "names"),
    [
        ("Dog,Cat", ",", ["Dog", "Cat"]),
        ("Bee, wasp, etc.", ",", ["Bee, wasp, etc."]),
        ("Dog, Bee, wasp, etc., Cat", ",", ["Dog", "Bee, wasp, etc.", "Cat"]),
        ("Dog,bee,wasp,etc.,Cat", ",", ["Dog", "Bee, wasp, etc.", "Cat"]),
        ("'Owl, tawny',Dog", ",", ["Owl, tawny", "Dog"]),
        ('Dog;"a;b" ; Cat', ";", ["Dog", "a;b", "Cat"]),
        ("Dog's, cat's", ",", ["Dog's", "cat's"]),
        ("'s morgens, Dog", ",", ["'s morgens", "Dog"]),
        ("Dog,, Cat,", ",", ["Dog", "Cat"]),
        ("Bee; wasp; etc.", ";", ["Bee", "wasp", "etc."]),
        ("", ",", []),
    ],
)
def test_names_are_parted_where_one_ends(text: str, apart: str, names: list[str]) -> None:
    assert split_names(text, apart) == names


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("['Dog', 'Bee, wasp, etc.']", ["Dog", "Bee, wasp, etc."]),
        ("[Dog, Bee, wasp, etc.]", ["Dog", "Bee, wasp, etc."]),
        ("""['Dog', "Bee, wasp, etc.']""", ["Dog", "Bee, wasp, etc."]),
        ("[]", []),
    ],
)
def test_lists_that_no_parser_takes_keep_the_names_of_classes(cell: str, names: list[str]) -> None:
    assert split_labels(cell, LISTS) == names


def test_every_class_with_a_comma_comes_through_in_company() -> None:
    assert len(WITH_COMMAS) > 70
    assert split_names(", ".join(WITH_COMMAS), ",") == WITH_COMMAS
    for name in WITH_COMMAS:
        assert split_names(f"Dog, {name}, Cat", ",") == ["Dog", name, "Cat"]


@pytest.mark.parametrize("apart", [",", ";", "|", LISTS, ""])
@pytest.mark.parametrize("name", ["Owl, tawny", "a;b|c", "Dog", "Bee, wasp, etc.", 'say "a, b"'])
def test_what_is_written_as_one_name_is_read_as_one(name: str, apart: str) -> None:
    assert split_labels(one_of_several(name, apart), apart) == [name]
