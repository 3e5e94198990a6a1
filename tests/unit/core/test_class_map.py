import pytest

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.resources import bundled_class_map

CLASSES = bundled_class_map()


def test_the_same_name_in_another_case_comes_first_then_its_words_then_its_spelling() -> None:
    assert CLASSES.near_names("dog", ["DOG", "Hot dog"])[:2] == ("Dog", "DOG")
    assert "Bird vocalization, bird call, bird song" in CLASSES.near_names("bird song")
    assert CLASSES.near_names("Dgo")[0] == "Dog"
    assert CLASSES.near_names("Mewing", ["Mewling"])[0] == "Mewling"


def test_without_text_or_comparison_of_spelling_nothing_is_near() -> None:
    assert CLASSES.near_names("  ") == ()
    assert CLASSES.near_names("Dgo", spelling=False) == ()


def test_an_unknown_class_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(SettingsError, match=r"did you mean Dog\b"):
        CLASSES.select(["Cat", "Dgo"])
    with pytest.raises(SettingsError, match=r"see class_map\.csv"):
        CLASSES.select(["qqqqqqqq"])
