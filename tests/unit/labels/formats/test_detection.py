"""Formats are detected by what a file contains."""

import json
from pathlib import Path
from typing import Any

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.labels.formats import detect_format

JAMS = {"annotations": [], "file_metadata": {"duration": 3.0}, "sandbox": {"data": 1}}


def put(folder: Path, document: Any, name: str = "labels.json") -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


@pytest.mark.parametrize("name", ["a.jams", "a.json", "a.txt"])
def test_json_is_recognised_by_its_keys_in_any_order_and_under_any_name(
    name: str, tmp_path: Path
) -> None:
    assert detect_format(put(tmp_path, JAMS, name)) == "jams"
    padded = {"sandbox": {"data": "x" * 100_000}, **JAMS}
    assert detect_format(put(tmp_path, padded, name)) == "jams"


def test_a_word_inside_a_document_does_not_make_it_label_studio(tmp_path: Path) -> None:
    document = {"@type": "sc:Dataset", "recordSet": [{"data": [], "annotations": []}]}
    with pytest.raises(LabelsError, match="JSON with the keys '@type', 'recordSet'"):
        detect_format(put(tmp_path, document))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{\n"a": 1,\n}', "line 3: is not JSON that can be read"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "JSON without keys"),
        ("", "is empty"),
        (" \n\n", "is empty"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match=reason):
        detect_format(put(tmp_path, text))
