"""AOEF files: everything that may stand in them, and what may be wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import RecordingInfo, ReviewedSpan, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.formats import ImportResult, ReadOptions, read_labels

KNOWN = RecordingInfo(Path("/r/a.wav"), 60.0, 16_000, 1)
BOX = {"type": "BoundingBox", "coordinates": [1.0, 1000, 2.0, 4000]}


def sounds(*geometries: Any, **recording: Any) -> dict[str, Any]:
    """A set with annotated sound events s1, s2, …, all tagged with the species Wren."""
    numbered = list(enumerate(geometries, start=1))
    return {
        "uuid": "x",
        "collection_type": "annotation_set",
        "recordings": [
            {"uuid": "r", "path": "a.wav", "duration": 60, "samplerate": 16000, **recording}
        ],
        "tags": [
            {"id": 0, "key": "call_type", "value": "song"},
            {"id": 1, "key": "dwc:scientificName", "value": "Wren"},
        ],
        "users": [{"uuid": "u", "name": "Ada"}],
        "sound_events": [{"uuid": f"s{n}", "recording": "r", "geometry": g} for n, g in numbered],
        "sound_event_annotations": [
            {"uuid": f"a{n}", "sound_event": f"s{n}", "tags": [0, 1], "created_by": "u"}
            for n, _ in numbered
        ],
        "clips": [{"uuid": "c", "recording": "r", "start_time": 10, "end_time": 20}],
    }


def read(folder: Path, data: Any) -> ImportResult:
    path = folder / "a.json"
    path.write_text(json.dumps({"version": "1.1.0", "data": data}))
    return read_labels(None, path, options=ReadOptions(recordings=[KNOWN]))


def rows(result: ImportResult) -> list[tuple]:
    assert result.format_name == "aoef"
    (recording,) = result.recordings
    return [(e.onset_s, e.offset_s, e.low_hz, e.high_hz, e.label) for e in recording.events]


@pytest.mark.parametrize(
    ("kind", "coordinates", "bounds"),
    [
        ("TimeStamp", 1.5, (1.5, 1.5, None, None)),
        ("TimeInterval", [1.0, 2.0], (1.0, 2.0, None, None)),
        ("Point", [1.0, 3000], (1.0, 1.0, 3000.0, 3000.0)),
        ("BoundingBox", [1.0, 1000, 2.0, 4000], (1.0, 2.0, 1000.0, 4000.0)),
        ("BoundingBox", [1.0, 0, 2.0, 8000], (1.0, 2.0, None, None)),
        ("LineString", [[1.0, 4000], [1.5, 1000], [2.0, 2000]], (1.0, 2.0, 1000.0, 4000.0)),
        ("Polygon", [[[1.0, 10], [2.0, 20], [1.5, 30]]], (1.0, 2.0, 10.0, 30.0)),
        ("MultiPoint", [[1.0, 10], [2.0, 20]], (1.0, 2.0, 10.0, 20.0)),
        ("MultiLineString", [[[1.0, 10], [2.0, 20]], [[3.0, 5], [4.0, 9]]], (1.0, 4.0, 5.0, 20.0)),
        ("MultiPolygon", [[[[1.0, 10], [2.0, 20], [3.0, 30]]]], (1.0, 3.0, 10.0, 30.0)),
    ],
)
def test_every_kind_of_geometry(kind: str, coordinates: Any, bounds: tuple, tmp_path: Path) -> None:
    result = read(tmp_path, sounds({"type": kind, "coordinates": coordinates}))
    assert rows(result) == [(*bounds, "Wren")]
    drawn = "String" in kind or "Poly" in kind or kind == "MultiPoint"
    assert result.warnings == (("1 outline (lines, polygons) read as the boxes around",) * drawn)


def test_tags_notes_and_users(tmp_path: Path) -> None:
    data = sounds(BOX)
    data["sound_event_annotations"][0] |= {
        "created_on": "2024-01-02T03:04:05",
        "notes": [{"message": "faint"}, {"message": "far"}],
    }
    (event,) = read(tmp_path, data).recordings[0].events
    assert (event.id, event.label, event.note) == ("a1", "Wren", "call_type: song\nfaint\nfar")
    assert (event.reviewer, str(event.reviewed_utc)) == ("Ada", "2024-01-02 03:04:05+00:00")
    assert event.state is ReviewState.ACCEPTED


@pytest.mark.parametrize(
    ("badges", "reviewed", "state"),
    [
        ([], False, ReviewState.ACCEPTED),
        ([("assigned", 1)], False, ReviewState.ACCEPTED),
        ([("completed", 1)], True, ReviewState.ACCEPTED),
        ([("completed", 1), ("rejected", 2)], False, ReviewState.UNCERTAIN),
        ([("verified", 3), ("rejected", 2), ("assigned", 4)], True, ReviewState.ACCEPTED),
    ],
)
def test_badges_of_tasks_say_what_is_reviewed(
    badges: list, reviewed: bool, state: ReviewState, tmp_path: Path
) -> None:
    status = [
        {"state": name, "owner": "u", "created_on": f"2024-01-0{day}T00:00:00Z"}
        for name, day in badges
    ]
    data = sounds(BOX) | {"collection_type": "annotation_project"}
    data["clip_annotations"] = [{"uuid": "ca", "clip": "c", "sound_events": ["a1"]}]
    data["tasks"] = [{"uuid": "t", "clip": "c", "status_badges": status}]
    (recording,) = read(tmp_path, data).recordings
    assert [e.state for e in recording.events] == [state]
    spans = [(s.span, s.reviewer) for s in recording.reviewed]
    assert spans == ([(TimeSpan(10.0, 20.0), "Ada")] if reviewed else [])
    assert all(isinstance(span, ReviewedSpan) for span in recording.reviewed)


def test_tags_of_a_clip_label_all_of_it_where_nothing_is_drawn_in_it(tmp_path: Path) -> None:
    data = sounds(BOX)
    data["clip_annotations"] = [{"uuid": "ca", "clip": "c", "tags": [1, 0]}]
    assert rows(read(tmp_path, data))[1:] == [(10.0, 20.0, None, None, "Wren")]
    data["clip_annotations"][0]["sound_events"] = ["a1"]
    result = read(tmp_path, data)
    assert len(rows(result)) == 1
    assert "clip with tags beside sound events left out" in result.warnings[0]


def test_predictions_are_unreviewed_and_scored(tmp_path: Path) -> None:
    data = sounds(BOX) | {"collection_type": "prediction_set", "sound_event_annotations": None}
    data["sound_event_predictions"] = [
        {"uuid": "p", "sound_event": "s1", "score": 0.9, "tags": [[0, 0.8], [1, 0.7]]}
    ]
    data["clip_predictions"] = [{"uuid": "q", "clip": "c", "tags": [[1, 0.25]]}]
    first, second = read(tmp_path, data).recordings[0].events
    assert (first.label, first.score_max, first.note) == ("Wren", 0.7, "call_type: song")
    assert (second.label, second.score_max, second.onset_s) == ("Wren", 0.25, 10.0)
    assert {first.state, second.state} == {ReviewState.UNREVIEWED}


def test_sound_events_alone_are_read_without_a_label(tmp_path: Path) -> None:
    data = sounds(BOX) | {"sound_event_annotations": [], "sequence_annotations": [{}]}
    result = read(tmp_path, data)
    assert rows(result) == [(1.0, 2.0, 1000.0, 4000.0, "")]
    assert result.warnings == (
        "1 sequence left out (sequence_annotations 1)",
        "1 sound event without annotation: read without a label",
    )


def test_times_of_a_recording_that_was_slowed_down_are_those_of_the_file(tmp_path: Path) -> None:
    data = sounds(BOX, time_expansion=10)
    data["clip_annotations"] = [{"uuid": "ca", "clip": "c"}]
    data["tasks"] = [{"clip": "c", "status_badges": [{"state": "completed"}]}]
    result = read(tmp_path, data)
    assert rows(result) == [(10.0, 20.0, 100.0, 400.0, "Wren")]
    assert result.recordings[0].reviewed[0].span == TimeSpan(100.0, 200.0)
    assert "a.wav is slowed down 10 times" in result.warnings[0]


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        ({"type": "BoundingBox", "coordinates": [1, 2, 3]}, "needs four coordinates"),
        ({"type": "BoundingBox", "coordinates": [2, 0, 1, 9]}, "ends at 1 s, before it starts"),
        ({"type": "TimeInterval", "coordinates": [1]}, "needs more coordinates"),
        ({"type": "TimeStamp", "coordinates": None}, "the time None is not a number"),
        ({"type": "TimeStamp", "coordinates": 1e300}, "longer than any recording"),
        ({"type": "LineString", "coordinates": [[1, "x"]]}, "the frequency 'x' is not a number"),
        ({"type": "Polygon", "coordinates": [[[[[[1, 2]]]]]]}, "is not a pair"),
        ({"type": "Circle", "coordinates": []}, "'Circle' is not a kind of geometry"),
        ([1, 2], "the geometry [1, 2] is not an object"),
    ],
)
def test_a_broken_sound_event_is_named_and_leaves_the_others(
    geometry: Any, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(LabelsError, match="sound event 1: ") as caught:
        read(tmp_path, sounds(geometry))
    assert reason in str(caught.value)
    result = read(tmp_path, sounds(geometry, BOX))
    assert rows(result) == [(1.0, 2.0, 1000.0, 4000.0, "Wren")]
    assert any(reason in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"recordings": [{"uuid": "r"}]}, "recording 1: it has no path"),
        ({"recordings": None}, "no recording 'r' in the file"),
        ({"recordings": 7}, "'recordings' is not a list"),
        ({"tags": [{"id": []}]}, "annotation 1: no tag 0 in the file"),
        ({"recordings": [{"uuid": "r", "path": "a", "time_expansion": 0}]}, "expansion 0 is impos"),
        ({"recordings": [{"uuid": "r", "path": "a" * 9999}]}, "is far too long"),
        ({"tags": []}, "annotation 1: no tag 0 in the file"),
        ({"sound_event_annotations": [{"sound_event": []}]}, "annotation 1: no sound event []"),
    ],
)
def test_references_that_lead_nowhere_are_named(
    change: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    try:
        told = " ".join(read(tmp_path, sounds(BOX) | change).warnings)
    except LabelsError as error:
        told = str(error)
    assert reason in told


def test_remarks_are_one_line_of_writable_text(tmp_path: Path) -> None:
    data = sounds(BOX)
    data["tags"].append({"id": 2, "key": "species", "value": "two\nlines \ud800"})
    data["clip_annotations"] = [{"uuid": "ca", "clip": "c", "tags": [2], "sound_events": ["a1"]}]
    (remark,) = read(tmp_path, data).warnings
    assert "two lines \\ud800" in remark
