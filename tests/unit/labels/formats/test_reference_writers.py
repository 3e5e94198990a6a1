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


@pytest.mark.workflow
def test_what_soundevent_saves(tmp_path: Path) -> None:
    data = pytest.importorskip("soundevent.data")
    aoef = pytest.importorskip("soundevent.io.aoef")
    recording = data.Recording(path="dawn.wav", duration=60, channels=1, samplerate=16_000)
    clip = data.Clip(recording=recording, start_time=0, end_time=30)
    ada = data.User(name="Ada")
    tags = [data.Tag(key="call_type", value="song"), data.Tag(key="species", value="Wren")]
    geometries = [
        data.TimeStamp(coordinates=1.5),
        data.TimeInterval(coordinates=[2, 3]),
        data.BoundingBox(coordinates=[4, 1000, 5, 2000]),
        data.LineString(coordinates=[[6, 500], [6.5, 900], [7, 700]]),
        data.Polygon(coordinates=[[[8, 500], [9, 900], [8.5, 100]]]),
    ]
    annotations = [
        data.SoundEventAnnotation(
            sound_event=data.SoundEvent(recording=recording, geometry=geometry),
            tags=tags,
            created_by=ada,
            notes=[data.Note(message="faint")],
        )
        for geometry in geometries
    ]
    badge = data.StatusBadge(state=data.AnnotationState.completed, owner=ada)
    common = {"name": "x", "clip_annotations": [
        data.ClipAnnotation(clip=clip, sound_events=annotations)]}  # fmt: skip
    collections = {
        "set": data.AnnotationSet(**common),
        "project": data.AnnotationProject(
            **common, tasks=[data.AnnotationTask(clip=clip, status_badges=[badge])]
        ),
        "evaluation": data.EvaluationSet(**common),
    }
    for name, collection in collections.items():
        aoef.save(collection, tmp_path / f"{name}.json")
        result = read_labels(None, tmp_path / f"{name}.json")
        assert result.format_name == "aoef"
        (read_back,) = result.recordings
        assert read_back.recording.path == Path("dawn.wav")
        assert read_back.recording.duration_s == 60.0
        assert [(e.onset_s, e.offset_s, e.low_hz, e.high_hz) for e in read_back.events] == [
            (1.5, 1.5, None, None), (2.0, 3.0, None, None), (4.0, 5.0, 1000.0, 2000.0),
            (6.0, 7.0, 500.0, 900.0), (8.0, 9.0, 100.0, 900.0),
        ]  # fmt: skip
        assert {(e.label, e.note, e.reviewer) for e in read_back.events} == {
            ("Wren", "call_type: song\nfaint", "Ada")
        }
        assert {e.id for e in read_back.events} == {str(a.uuid) for a in annotations}
        reviewed = [(s.span.start_s, s.span.end_s, s.reviewer) for s in read_back.reviewed]
        assert reviewed == ([(0.0, 30.0, "Ada")] if name == "project" else [])


@pytest.mark.workflow
def test_predictions_that_soundevent_saves(tmp_path: Path) -> None:
    data = pytest.importorskip("soundevent.data")
    aoef = pytest.importorskip("soundevent.io.aoef")
    recording = data.Recording(path="dawn.wav", duration=60, channels=1, samplerate=16_000)
    clip = data.Clip(recording=recording, start_time=0, end_time=3)
    tag = data.PredictedTag(tag=data.Tag(key="species", value="Wren"), score=0.75)
    box = data.BoundingBox(coordinates=[4, 1000, 5, 2000])
    sound = data.SoundEventPrediction(
        sound_event=data.SoundEvent(recording=recording, geometry=box), score=0.5, tags=[tag]
    )
    predictions = [data.ClipPrediction(clip=clip, sound_events=[sound], tags=[tag])]
    aoef.save(data.PredictionSet(clip_predictions=predictions), tmp_path / "a.json")
    aoef.save(data.Dataset(name="d", recordings=[recording]), tmp_path / "b.json")
    events = events_of(read_labels(None, tmp_path / "a.json"))
    assert [(e.onset_s, e.offset_s, e.label, e.score_max) for e in events] == [
        (0.0, 3.0, "Wren", 0.75), (4.0, 5.0, "Wren", 0.75),
    ]  # fmt: skip
    empty = read_labels(None, tmp_path / "b.json")
    assert [(r.recording.duration_s, len(r.events)) for r in empty.recordings] == [(60.0, 0)]


@pytest.mark.workflow
def test_what_pyannote_writes(tmp_path: Path) -> None:
    core = pytest.importorskip("pyannote.core")
    annotation = core.Annotation(uri="talk")
    annotation[core.Segment(1.5, 2.5)] = "A"
    annotation[core.Segment(2.0, 4.25)] = "B"
    path = tmp_path / "talk.rttm"
    with path.open("w") as file:
        annotation.write_rttm(file)
    result = read_labels(None, path)
    assert result.format_name == "rttm"
    assert [r.recording.path for r in result.recordings] == [Path("talk")]
    assert [(e.onset_s, e.offset_s, e.label, e.channel) for e in events_of(result)] == [
        (1.5, 2.5, "A", None), (2.0, 4.25, "B", None),
    ]  # fmt: skip


def test_dependent_tiers_that_pympi_writes(tmp_path: Path) -> None:
    pympi = pytest.importorskip("pympi")
    document = pympi.Elan.Eaf(author="ada")
    document.add_linguistic_type("sub", "Symbolic_Association", timealignable=False)
    document.add_tier("utterances")
    document.add_tier("species", ling="sub", parent="utterances")
    document.add_annotation("utterances", 1500, 2250, "song")
    document.add_ref_annotation("species", "utterances", 1600, "Wren")
    document.to_file(str(tmp_path / "a.eaf"))
    result = read_labels(None, tmp_path / "a.eaf")
    assert sorted((e.onset_s, e.offset_s, e.label, e.note) for e in events_of(result)) == [
        (1.5, 2.25, "Wren", "tier: species"), (1.5, 2.25, "song", "tier: utterances"),
    ]  # fmt: skip
