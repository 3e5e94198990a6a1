"""We read what the libraries write that the formats belong to."""

import json
from pathlib import Path
from typing import Any

import pytest

from yamnet_gui.core.events import Event, RecordingInfo
from yamnet_gui.labels.formats import ImportResult, ReadOptions, read_labels


def events_of(result: ImportResult) -> list[Event]:
    return [event for recording in result.recordings for event in recording.events]


LABEL_STUDIO_VIEW = """
<View>
  <Labels name="label" toName="audio"><Label value="Dog"/><Label value="Cat, big"/></Labels>
  <Audio name="audio" value="$audio"/>
  <Choices name="q" toName="audio" perRegion="true"><Choice value="near"/></Choices>
  <TextArea name="t" toName="audio" perRegion="true"/>
  <Rating name="r" toName="audio" perRegion="true"/>
</View>
"""


def _label_studio_task() -> dict[str, Any]:
    def result(identity: str, start: float, kind: str, name: str, **value: Any) -> dict[str, Any]:
        value = {"start": start, "end": start + 1, "channel": 0, **value}
        return {"id": identity, "from_name": name, "to_name": "audio", "type": kind, "value": value}

    annotation = {
        "id": 9,
        "completed_by": {"id": 1, "email": "ada@example.org"},
        "created_at": "2024-01-01T00:00:00Z",
        "updated_at": "2024-01-02T00:00:00Z",
        "lead_time": 3.2,
        "was_cancelled": False,
        "result": [
            result("r1", 1.0, "labels", "label", labels=["Dog"]),
            result("r1", 1.0, "choices", "q", choices=["near", "loud"]),
            result("r1", 1.0, "textarea", "t", text=["a remark", "two"]),
            result("r1", 1.0, "rating", "r", rating=3),
            result("r2", 3.5, "labels", "label", labels=["Cat, big"]),
        ],
    }
    skipped = {**annotation, "id": 10, "was_cancelled": True}
    data = {"audio": "/data/upload/1/0a1b2c3d-dawn.wav", "title": "number 1"}
    return {"id": 5, "data": data, "annotations": [annotation, skipped]}


@pytest.mark.workflow
def test_all_exports_of_label_studio_give_the_same_events(tmp_path: Path) -> None:
    sdk = pytest.importorskip("label_studio_sdk.converter")
    source = tmp_path / "tasks.json"
    source.write_text(json.dumps([_label_studio_task()]))
    converter = sdk.Converter(LABEL_STUDIO_VIEW, project_dir=None, download_resources=False)
    folder = str(tmp_path / "min")
    converter.convert_to_json_min(str(source), folder, is_dir=False)
    converter.convert_to_csv(str(source), str(tmp_path / "a.csv"), is_dir=False, sep=",")
    converter.convert_to_csv(str(source), str(tmp_path / "b.csv"), is_dir=False, sep="\t")
    known = ReadOptions(recordings=[RecordingInfo(Path("/r/dawn.wav"), 60.0, 16_000, 1)])
    for path in (source, tmp_path / "min" / "result.json", tmp_path / "a.csv", tmp_path / "b.csv"):
        result = read_labels(None, path, options=known)
        assert result.format_name == "labelstudio"
        assert [r.recording.path for r in result.recordings] == [Path("/r/dawn.wav")]
        assert [(e.onset_s, e.offset_s, e.label, e.note) for e in events_of(result)] == [
            (1.0, 2.0, "Dog", "q: near\nq: loud\nr: 3\na remark\ntwo"),
            (3.5, 4.5, "Cat, big", ""),
        ]
        assert {e.reviewer for e in events_of(result)} == {"ada@example.org"}
