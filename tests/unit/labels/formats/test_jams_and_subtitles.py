"""JAMS of other programs, and subtitles with numbers that are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.labels.formats import ImportResult, read_labels


def jams(folder: Path, *annotations: tuple[str, Any]) -> ImportResult:
    path = folder / "a.jams"
    document = {
        "annotations": [{"namespace": name, "data": data} for name, data in annotations],
        "file_metadata": {"duration": float("nan"), "identifiers": {}},
    }
    path.write_text(json.dumps(document))
    return read_labels(None, path)


def spans(result: ImportResult) -> list[tuple]:
    return [(e.onset_s, e.offset_s, e.label, e.score_max, e.note)
            for r in result.recordings for e in r.events]  # fmt: skip


def seen(value: Any, confidence: Any = None, time: Any = 2) -> dict[str, Any]:
    return {"time": time, "duration": 1, "value": value, "confidence": confidence}


def test_every_namespace_of_labels_with_or_without_scores(tmp_path: Path) -> None:
    background = {"label": "rain", "role": "background", "snr": 3}
    columns = {"time": [5.0], "duration": [0.5], "value": ["C:maj"], "confidence": [None]}
    result = jams(
        tmp_path,
        ("event", [seen("siren", 1.0)]),
        ("tag_open", [seen("a", float("nan"), 3)]),
        ("scaper", [seen(background, time=4)]),
        ("chord", columns),
        ("pitch_contour", [seen({"index": 0, "frequency": 440.0, "voiced": True})]),
    )
    assert result.format_name == "jams"
    assert spans(result) == [
        (2.0, 3.0, "siren", 1.0, ""), (3.0, 4.0, "a", None, ""),
        (4.0, 5.0, "rain", None, "role: background"), (5.0, 5.5, "C:maj", None, ""),
    ]  # fmt: skip
    assert result.warnings == ("annotation 5 (pitch_contour) holds no labels and was left out",)


def test_a_broken_observation_is_named_and_leaves_the_others(tmp_path: Path) -> None:
    bad = [seen("x", time=float("inf")), seen(7), seen("\ud800"), 3]
    result = jams(tmp_path, ("tag_open", [*bad, seen("a")]))
    assert [span[2] for span in spans(result)] == ["a"]
    assert [w.partition(":")[0] for w in result.warnings] == [
        f"annotation 1, observation {n}" for n in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        (f"{'9' * 5000}:00:01,000 --> 00:00:02,000", "is 9999999999"),
        (f"00:00:01,000 --> 00:{'9' * 400}:02,000", "is 9999999999"),
        ("00:00:01,000 --> 99999999999999:00:02,000", "is longer than any recording"),
        ("٠٠:٠٠:٠١,٠٠٠ --> 00:00:02,000", "cannot be read"),
        ("00:00:03,000 --> 00:00:02,000", "before it starts"),
    ],
)
def test_hostile_times_of_subtitles_are_one_sentence_with_the_line(
    times: str, reason: str, tmp_path: Path
) -> None:
    for name, head, line in (("srt", "1\n", 2), ("webvtt", "WEBVTT\n\n1\n", 4)):
        path = tmp_path / f"a.{name}"
        path.write_text(f"{head}{times}\nhello\n")
        with pytest.raises(LabelsError) as caught:
            read_labels(name, path)
        assert reason in str(caught.value)
        assert caught.value.line == line
