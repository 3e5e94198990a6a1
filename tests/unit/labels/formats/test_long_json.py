"""A long list of JSON is read entry by entry, with the same events and the same refusals."""

import json
from pathlib import Path

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.labels.formats import ReadOptions, read_labels, sample


def _tasks(count: int) -> list[dict]:
    return [
        {
            "id": n,
            "data": {"audio": f"/data/upload/1/rec {n}.wav"},
            "annotations": [{"result": [
                {"id": f"r{k}", "from_name": "label", "to_name": "audio", "type": "labels",
                 "value": {"start": k / 7, "end": k / 7 + 1, "channel": 0, "labels": ["Dog"]}}
                for k in range(3)
            ]}],
        }
        for n in range(count)
    ]  # fmt: skip


def _outcome(path: Path) -> object:
    try:
        return read_labels(None, path, options=ReadOptions()).recordings
    except LabelsError as error:
        return str(error)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text,
        lambda text: "\ufeff" + text,
        lambda text: text[:-3],
        lambda text: text.replace("annotations", "annota\x00tions", 1),
        lambda text: text.replace('"id": 3,', '"id" 3,'),
        lambda text: "[1, 2, 3, null" + ", 4" * 50 + "]",
        lambda text: text + "[]",
        lambda text: text.replace("[", "[7, ", 1),
        lambda text: text[:-1] + ", " + "[" * 100_000,
    ],
)  # fmt: skip
def test_the_same_whether_it_counts_as_long_or_not(
    damage: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tasks.json"
    path.write_text(damage(json.dumps(_tasks(6), indent=1)), "utf-8")  # type: ignore[operator]
    short = _outcome(path)
    monkeypatch.setattr(sample, "_LONG_BYTES", 10)
    assert _outcome(path) == short


def test_a_long_list_is_never_parsed_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps(_tasks(6)), "utf-8")
    monkeypatch.setattr(sample, "_LONG_BYTES", 10)

    def refused(_text: str) -> object:
        raise AssertionError("parsed as a whole")

    monkeypatch.setattr(sample, "parse_json", refused)
    result = read_labels(None, path, options=ReadOptions())
    assert (result.format_name, result.event_count) == ("labelstudio", 18)
