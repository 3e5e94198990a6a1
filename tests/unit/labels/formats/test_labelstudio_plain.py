"""Regions of Label Studio that are read by column mean what they mean one by one."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from yamnet_gui.labels.formats import ImportResult, ReadOptions, labelstudio_tasks, read_labels

Json = dict[str, Any]


def region(identity: str, onset_s: float, label: str = "Dog") -> Json:
    value = {"start": onset_s, "end": onset_s + 1.5, "channel": 0, "labels": [label]}
    return {"id": identity, "from_name": "label", "type": "labels", "value": value, "score": 0.5}


def task() -> Json:
    annotation = {"result": [region("a", 1), region("b", 2.5, "é")], "completed_by": "Ada"}
    prediction = {"result": [region("c", 4.0), region("d", 0.0, "Cat")], "model_version": "m"}
    return {"data": {"audio": "a.wav"}, "annotations": [annotation], "predictions": [prediction]}


def results(tasks: list[Json]) -> list[Json]:
    return [
        result
        for one in tasks
        for part in (*one["annotations"], *one["predictions"])
        for result in part["result"]
    ]


def read(tasks: list[Json], folder: Path) -> ImportResult:
    path = folder / "tasks.json"
    path.write_text(json.dumps(tasks), "utf-8")
    return read_labels("labelstudio", path, options=ReadOptions(sidecar=False))


def one_by_one(tasks: list[Json], folder: Path) -> ImportResult:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labelstudio_tasks, "_read_plain", lambda *_arguments: False)
        return read(tasks, folder)


def test_usual_tasks_are_read_by_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = one_by_one([task(), task()], tmp_path)  # the second task has the same ids
    monkeypatch.setattr(labelstudio_tasks, "_read_regions", None)
    assert read([task()], tmp_path).event_count == 4
    monkeypatch.undo()
    assert read([task(), task()], tmp_path) == expected
    assert expected.event_count == 8


ODD: list[Json] = [
    {"id": ""}, {"id": 3}, {"id": "a"}, {"id": "b"}, {"id": "\ud800"}, {"id": None},
    {"type": "relation"}, {"type": "choices"}, {"type": 1}, {"meta": {"text": ["near"]}},
    {"score": None}, {"score": "high"}, {"score": float("nan")}, {"score": 1}, {"score": 1e20},
    {"value": None}, {"value": []}, {"value": {}}, {"from_name": None},
]  # fmt: skip
ODD_VALUES: list[Json] = [
    {"start": None}, {"start": "1.5"}, {"start": -1}, {"start": 1e300}, {"start": True},
    {"start": 50}, {"start": -0.0}, {"end": 10**30}, {"end": []}, {"labels": []},
    {"labels": ["Dog", "Cat"]}, {"labels": "D"}, {"labels": [1]}, {"labels": [""]},
    {"labels": ["\0"]}, {"labels": None}, {"choices": ["near"]}, {"text": "words"}, {"channel": 1},
]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_odd_regions_are_read_or_named_as_single_ones(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    tasks = [task() for _ in range(3)]
    tasks[1]["data"]["audio"] = "b.wav"
    for result in rng.sample(results(tasks), rng.randint(1, 2)):
        if rng.random() < 0.5:
            result.update(copy.deepcopy(rng.choice(ODD)))
        else:
            result["value"].update(copy.deepcopy(rng.choice(ODD_VALUES)))
    if rng.random() < 0.3:
        rng.choice(tasks)["annotations"][0][rng.choice(["was_cancelled", "skipped"])] = True
    if rng.random() < 0.3:
        rng.choice(tasks)["annotations"].append({"result": [region("a", 9)]})
    assert read(tasks, tmp_path) == one_by_one(tasks, tmp_path)


@pytest.mark.parametrize("odd", [*ODD, *({"value": v} for v in ODD_VALUES)])
def test_each_odd_region(tmp_path: Path, odd: Json) -> None:
    tasks = [task()]
    result = results(tasks)[2]
    value = result["value"] | odd.pop("value") if isinstance(odd.get("value"), dict) else None
    result.update(odd)
    if value is not None:
        result["value"] = value
    assert read(tasks, tmp_path) == one_by_one(tasks, tmp_path)
