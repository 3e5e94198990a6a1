"""A sidecar with values of other types costs what it would restore, and no label."""

import json
from pathlib import Path
from typing import Any

import pytest

from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.labels.formats import ReadOptions, read_labels
from yamnet_gui.labels.formats.base import WriteOptions
from yamnet_gui.labels.formats.read_write import write_labels

INFO = RecordingInfo(Path("/data/street.wav"), 60.0, 16000, 1, None)
EVENT = Event("e1", 1.0, 2.0, "Dog", note="loud", score_max=0.5, low_hz=100.0, high_hz=200.0)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "street.txt"
    labelled = LabelledRecording(INFO, EventList.of([EVENT]))
    write_labels("audacity", [labelled], path, options=WriteOptions(sidecar=True))
    return path


def edited(table: Path, change: Any) -> None:
    path = table.with_name(table.name + ".yamnet.json")
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document), "utf-8")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("label", 1.5), ("label", ["Dog"]), ("label", None), ("low_hz", "100"), ("low_hz", []),
        ("score_max", True), ("note", {}), ("onset_s", "x"), ("onset_s", 1e400), ("channel", 1.5),
        ("class_index", "1"), ("id", 7), ("reviewer", 0), ("original", [1]), ("state", []),
        ("reviewed_utc", 5),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_named_and_the_label_read(
    table: Path, name: str, value: Any
) -> None:
    edited(table, lambda d: d["recordings"][0]["events"][0].update({name: value}))
    result = read_labels(None, table, options=ReadOptions(recordings=(INFO,)))
    (event,) = result.recordings[0].events
    assert (event.label, event.onset_s, event.note) == ("Dog", 1.0, "")
    assert any("side" in text and "\n" not in text for text in result.warnings)


@pytest.mark.parametrize("name", ["duration_s", "sample_rate_hz", "channels"])
@pytest.mark.parametrize("value", [1e400, None, [], "x", {}])
def test_a_recording_that_is_described_wrongly(table: Path, name: str, value: Any) -> None:
    edited(table, lambda d: d["recordings"][0].update({name: value}))
    result = read_labels(None, table, options=ReadOptions(recordings=(INFO,)))
    assert [e.label for e in result.recordings[0].events] == ["Dog"]


@pytest.mark.parametrize("path", ["\ud800\ud800x.wav", "a\0b.wav", 5, None])
def test_a_path_that_no_file_can_have(table: Path, path: Any) -> None:
    edited(table, lambda d: d["recordings"][0].update({"path": path}))
    result = read_labels(None, table, options=ReadOptions(recordings=(INFO,)))
    assert [e.label for e in result.recordings[0].events] == ["Dog"]
    assert any("is damaged" in text for text in result.warnings)


def test_half_characters_do_not_get_into_a_project(table: Path) -> None:
    edited(
        table, lambda d: d["recordings"][0]["events"][0].update(note="\ud800", reviewer="\udfff")
    )
    result = read_labels(None, table, options=ReadOptions(recordings=(INFO,)))
    (event,) = result.recordings[0].events
    assert (event.note, event.reviewer) == ("\\ud800", "\\udfff")
