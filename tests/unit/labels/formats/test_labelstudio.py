"""Label Studio's exports as the program makes them today."""

import json
from pathlib import Path
from typing import Any

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Original, RecordingInfo, ReviewState
from yamnet_gui.labels.formats import ImportResult, ReadOptions, read_labels

KNOWN = RecordingInfo(Path("/r/soundscape.wav"), 60.0, 16_000, 1)
DOG = {"labels": ["Dog"]}


def result(kind: str = "labels", identity: str = "r1", **value: Any) -> dict:
    value = {"start": 1.0, "end": 2.0, "channel": 0, **value}
    return {"id": identity, "from_name": kind[0], "to_name": "audio", "type": kind, "value": value}


def task(*results: Any, **more: Any) -> dict:
    annotation = {"id": 1, "completed_by": 1, "result": list(results), "was_cancelled": False}
    return {"id": 1, "data": {"audio": "soundscape.wav"}, "annotations": [annotation], **more}


def read(folder: Path, document: Any, name: str = "a.json") -> ImportResult:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return read_labels(None, path, options=ReadOptions(recordings=[KNOWN]))


def rows(imported: ImportResult) -> list[tuple]:
    assert imported.format_name == "labelstudio"
    (recording,) = imported.recordings
    assert recording.recording == KNOWN
    return [(e.onset_s, e.offset_s, e.label, e.note) for e in recording.events]


@pytest.mark.parametrize(
    ("kind", "value", "note"),
    [
        ("choices", {"choices": ["near", "loud"]}, "c: near\nc: loud"),
        ("textarea", {"text": ["a remark"]}, "a remark"),
        ("rating", {"rating": 3}, "r: 3"),
        ("number", {"number": 0.5}, "n: 0.5"),
        ("taxonomy", {"taxonomy": [["Bird", "Tit"]]}, "t: Bird > Tit"),
    ],
)
def test_results_of_one_region_are_one_event(
    kind: str, value: dict, note: str, tmp_path: Path
) -> None:
    both = [task(result(**DOG), result(kind, **value))]
    assert rows(read(tmp_path, both)) == [(1.0, 2.0, "Dog", note)]


def test_a_region_without_labels_goes_by_its_choice_or_text(tmp_path: Path) -> None:
    document = [
        task(
            result("choices", choices=["Dog"]),
            result("textarea", "r2", start=3, end=4, text=["hello you"]),
            result("taxonomy", "r3", start=5, end=6, taxonomy=[["Bird", "Tit"]]),
        )
    ]
    assert rows(read(tmp_path, document)) == [
        (1.0, 2.0, "Dog", ""), (3.0, 4.0, "hello you", ""), (5.0, 6.0, "Tit", "t: Bird > Tit"),
    ]  # fmt: skip


def test_what_has_no_label_or_was_never_handed_in_is_named(tmp_path: Path) -> None:
    cancelled = {"was_cancelled": True, "result": [result(**DOG)]}
    span = result(start=3, end=9, text="of a text", **DOG)
    document = task(result("audio", "r2"), span, result(**DOG), drafts=[{}])
    document["annotations"].append(cancelled)
    imported = read(tmp_path, [document])
    assert rows(imported) == [(1.0, 2.0, "Dog", "")]
    assert imported.warnings == (
        "1 result about text, pictures or frames left out (task 1, annotation 1, result 2)",
        "1 region without a label left out (task 1: 1 to 2 s)",
        "1 annotation cancelled by its annotator left out (task 1, annotation 2)",
        "1 draft that was never submitted left out (task 1, draft 1)",
    )


def test_a_choice_about_a_whole_recording_labels_it_where_nothing_else_does(
    tmp_path: Path,
) -> None:
    whole = {"type": "choices", "from_name": "c", "value": {"choices": ["Dog"]}}
    imported = read(tmp_path, [task(whole)])
    assert rows(imported) == [(0.0, 60.0, "Dog", "")]
    assert "whole length" in imported.warnings[0]
    imported = read(tmp_path, [task(whole, result(**DOG))])
    assert rows(imported) == [(1.0, 2.0, "Dog", "")]
    assert "'Dog', about the whole recording" in imported.warnings[0]


def test_an_annotation_takes_the_place_of_the_prediction_it_was_made_of(tmp_path: Path) -> None:
    scored = {**result(**DOG), "score": 0.4}
    predicted = {"result": [scored, result(identity="p2", start=5, end=6, **DOG)]}
    document = [task(result(end=2.1, **DOG), predictions=[predicted])]
    (recording,) = read(tmp_path, document).recordings
    corrected, alone = recording.events
    assert (corrected.id, corrected.onset_s, corrected.offset_s) == ("r1", 1.0, 2.1)
    assert (corrected.state, corrected.score_max) == (ReviewState.ACCEPTED, 0.4)
    assert corrected.original == Original("Dog", 1.0, 2.0)
    assert (alone.id, alone.state) == ("p2", ReviewState.UNREVIEWED)


def test_several_annotators_each_have_their_events(tmp_path: Path) -> None:
    document = task(result(**DOG))
    who = {"id": 2, "first_name": "Ada", "last_name": "L", "email": "a@b.org"}
    document["annotations"].append(
        {"completed_by": who, "created_at": "2024-01-02T03:04:05Z", "result": [result(**DOG)]}
    )
    (recording,) = read(tmp_path, [document]).recordings
    assert [(e.id, e.reviewer) for e in recording.events] == [("r1", "1"), ("r1-2", "Ada L")]


def test_two_regions_with_one_id_are_both_read_and_named(tmp_path: Path) -> None:
    imported = read(tmp_path, [task(result(**DOG), result(start=3, end=4, **DOG))])
    assert rows(imported) == [(1.0, 2.0, "Dog", ""), (3.0, 4.0, "Dog", "")]
    assert imported.warnings == (
        "task 1, annotation 1, result 2: the region id 'r1' is used twice; read as another region",
    )


@pytest.mark.parametrize("key", ["label", "labels"])
def test_short_exports_whatever_the_control_is_called(key: str, tmp_path: Path) -> None:
    region = {"start": 1.0, "end": 2.0, "channel": 0, "labels": ["Dog"]}
    record = {"audio": "/data/upload/1/0a1b2c3d-soundscape.wav", "id": 1, key: [region],
              "annotator": 1, "annotation_id": 1}  # fmt: skip
    assert rows(read(tmp_path, [record])) == [(1.0, 2.0, "Dog", "")]


def test_a_task_a_line(tmp_path: Path) -> None:
    lines = "".join(json.dumps(task(result(**DOG))) + "\n" for _ in range(2))
    assert rows(read(tmp_path, lines)) == [(1.0, 2.0, "Dog", "")] * 2


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_tables_hold_regions_as_json(delimiter: str, tmp_path: Path) -> None:
    region = json.dumps([{"start": 1, "end": 2, "labels": ["Dog"]}]).replace('"', '""')
    header = ["annotation_id", "annotator", "audio", "id", "label", "lead_time"]
    cells = ["9", '"a@b.c"', '"soundscape.wav"', "5", f'"{region}"', "3.2"]
    text = "\n".join(delimiter.join(row) for row in ([f'"{h}"' for h in header], cells))
    imported = read(tmp_path, text, "a.csv")
    assert rows(imported) == [(1.0, 2.0, "Dog", "")]
    assert imported.recordings[0].events.events[0].reviewer == "a@b.c"


@pytest.mark.parametrize(
    "data",
    [
        {"title": "call number 1", "audio_url": "https://h.org/a/soundscape.wav"},
        {"url": "/data/local-files/?d=rec%20/soundscape.wav"},
        {"x": "s3://bucket/soundscape.wav?versionId=3", "site": "pond"},
        {"audio": "file:///C:/My%20Audio/soundscape.wav"},
        {"audio": "http://[::1", "sound": "soundscape.wav"},
    ],
)
def test_the_recording_is_the_sound_file_of_the_data(data: dict, tmp_path: Path) -> None:
    assert rows(read(tmp_path, [task(result(**DOG), data=data)])) == [(1.0, 2.0, "Dog", "")]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (result(end=1e308, **DOG), "the end 1e+308 is longer than any recording"),
        (result(end="later", **DOG), "the end 'later' is not a number"),
        (result(end=None, **DOG), "the end None is not a number"),
        (result(end=0.5, **DOG), "ends at 0.5 s, before it starts"),
        (result(labels=[1]), "labels are not a list of names"),
        (result(labels=["\ud800"]), "the label '\\ud800' holds half a character"),
        (result(labels=["a\0b"]), "the label 'a\\x00b' holds a null character"),
        (7, "7 is not a result"),
        ({"type": "labels"}, "it has no value"),
    ],
)
def test_a_broken_region_is_named_and_leaves_the_others(
    bad: Any, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(LabelsError, match=r"task 1.*: ") as caught:
        read(tmp_path, [task(bad)])
    assert reason in str(caught.value)
    imported = read(tmp_path, [task(bad, result(identity="r2", start=3, end=4, **DOG))])
    assert rows(imported) == [(3.0, 4.0, "Dog", "")]
    assert any(reason in warning for warning in imported.warnings)
