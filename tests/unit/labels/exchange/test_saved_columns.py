"""Columns saved under a name."""

from pathlib import Path

import pytest

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.labels.exchange.saved_columns import SavedColumns
from yamnet_gui.labels.formats.columns import parse_mapping

TEXT = 'onset=start,offset=end,"label=Species, English",unit=ms'


def test_columns_are_found_again_by_name(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "columns.json"
    assert SavedColumns(path).texts() == {}
    SavedColumns(path).save(" field notes ", parse_mapping(TEXT))
    SavedColumns(path).save("other", parse_mapping("label=x"))
    assert SavedColumns(path).mapping("field notes") == parse_mapping(TEXT)
    assert SavedColumns(path).mapping(TEXT) == parse_mapping(TEXT)
    assert list(SavedColumns(path).texts()) == ["field notes", "other"]


def test_unknown_names_and_names_that_look_like_columns_are_refused(tmp_path: Path) -> None:
    saved = SavedColumns(tmp_path / "columns.json")
    with pytest.raises(SettingsError, match="no columns were saved yet"):
        saved.mapping("notes")
    for name in ("", "a=b", "a,b"):
        with pytest.raises(SettingsError, match="cannot be a name of columns"):
            saved.save(name, parse_mapping(TEXT))
    saved.save("mine", parse_mapping(TEXT))
    with pytest.raises(SettingsError, match="known names: mine"):
        saved.mapping("notes")


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 100_000])
def test_a_damaged_file_is_named_and_left_alone(content: str, tmp_path: Path) -> None:
    path = tmp_path / "columns.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match="is damaged"):
        SavedColumns(path).save("mine", parse_mapping(TEXT))
    assert path.read_text() == content


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("onset", "is no column"),
        ("", "names no column"),
        ("begin=x", "is nothing that a column can hold"),
        ("onset=a,onset=b", "gives a second column for onset"),
        ("label=a,unit=hours", "choose of s, ms"),
        ("label=a,rate_hz=0", "is not a number above 0"),
        ('"label=a', "cannot be read"),
    ],
)
def test_what_is_wrong_with_columns_is_said(text: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        parse_mapping(text)
