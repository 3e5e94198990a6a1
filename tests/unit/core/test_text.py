"""Counts with their nouns, and names that tell files apart."""

from pathlib import Path

import pytest

from yamnet_gui.core.text import counted, plural, shortened, unique_names


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [
        (0, "event", "0 events"),
        (1, "event", "1 event"),
        (2, "event", "2 events"),
        (1234, "true event", "1,234 true events"),
        (1, "class", "1 class"),
        (3, "class", "3 classes"),
        (2, "match", "2 matches"),
    ],
)
def test_a_count_agrees_with_its_noun(count: int, noun: str, text: str) -> None:
    assert counted(count, noun) == text
    assert text.endswith(plural(count, noun))


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a/one.wav", "a/two.wav"], ["one", "two"]),
        (["a/one.wav", "a/one.flac", "a/two.wav"], ["one.wav", "one.flac", "two"]),
        (["a/one.wav", "b/one.wav"], ["a_one.wav", "b_one.wav"]),
        (["x/a/one.wav", "y/a/one.wav"], ["a_one.wav", "a_one.wav-2"]),
        (["a/One.wav", "a/one.wav"], ["a_One.wav", "a_one.wav-2"]),
        ([], []),
    ],
)
def test_names_hold_as_much_of_the_path_as_makes_them_unique(
    paths: list[str], names: list[str]
) -> None:
    assert unique_names([Path(path) for path in paths]) == names


def test_names_are_cut_so_that_an_ending_fits_behind_them() -> None:
    long = [Path(f"{'ä' * 125}{end}.wav") for end in ("1", "2")]
    names = unique_names(long)
    assert len(set(names)) == 2
    assert all(len(f"{name}.reviewed.csv".encode()) <= 255 for name in names)
    assert shortened("ab\udcff", 2) == "ab"
    assert shortened("日本語", 7) == "日本"
