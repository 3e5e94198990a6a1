"""Label sets as files."""

import json
from pathlib import Path

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.labels.project import LabelSet, OwnLabel, read_label_set, write_label_set

SET = LabelSet(
    "x",
    "Birds, mine",
    (
        OwnLabel("Krähe", "#aa00ff", "k", "/m/04s8yn", 111),
        OwnLabel("unknown chirp"),
    ),
)


def test_what_is_written_is_read_again_under_a_new_id(tmp_path: Path) -> None:
    path = tmp_path / "birds.json"
    write_label_set(path, SET)
    label_set = read_label_set(path)
    assert (label_set.name, label_set.labels) == (SET.name, SET.labels)
    assert label_set.id != SET.id


def test_a_list_of_names_makes_a_set(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("\ufeffcrow\n\n  dog \ncrow\n", "utf-8")
    label_set = read_label_set(path)
    assert label_set.name == "names"
    assert [label.name for label in label_set.labels] == ["crow", "dog"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no labels"),
        ("{", "not JSON"),
        ("[1]", "not a label set"),
        ('{"format": "other"}', "not a label set"),
        ('{"format": "yamnet_gui label set", "version": 2}', "newer version"),
        ('{"format": "yamnet_gui label set", "version": 1}', "no list of labels"),
    ],
)
def test_other_files_are_refused_with_a_reason(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text, "utf-8")
    with pytest.raises(LabelsError, match=words):
        read_label_set(path)


@pytest.mark.parametrize(
    "entry",
    [
        "crow",
        {},
        {"name": " "},
        {"name": 3},
        {"name": "a", "color": "red"},
        {"name": "a", "key": "ab"},
        {"name": "a", "class_index": -1},
        {"name": "a", "class_index": True},
        {"name": "a", "audioset_id": 4},
    ],
)
def test_an_odd_label_is_named_by_its_place(tmp_path: Path, entry: object) -> None:
    path = tmp_path / "odd.json"
    labels = [{"name": "fine"}, entry]
    data = {"format": "yamnet_gui label set", "version": 1, "labels": labels}
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(LabelsError, match="label 2"):
        read_label_set(path)


def test_files_that_cannot_be_read_or_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="cannot be read"):
        read_label_set(tmp_path / "none.json")
    with pytest.raises(LabelsError, match="cannot be written"):
        write_label_set(tmp_path / "no folder" / "a.json", SET)
    (tmp_path / "latin.txt").write_bytes(b"Kr\xe4he\n")
    with pytest.raises(LabelsError, match="UTF-8"):
        read_label_set(tmp_path / "latin.txt")
