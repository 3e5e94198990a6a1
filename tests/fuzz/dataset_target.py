"""Damaged dataset folders: asked, checked, searched, and written on."""

import shutil
from datetime import date
from pathlib import Path
from random import Random

import numpy as np

from tests.unit.dataset.made import CONTENTS, WIDTH, info, make_unit
from yamnet_gui.core.clock_time import TimeOfDay
from yamnet_gui.core.errors import UserError
from yamnet_gui.dataset import (
    Dataset,
    DatasetEvents,
    EmbeddingIndex,
    add_units,
    build_index,
    check,
    dataset_activity,
    read_unit,
    summarize,
)
from yamnet_gui.dataset.manifest import CHANGE, MANIFEST
from yamnet_gui.labels.exchange.activity import ActivityBy
from yamnet_gui.labels.project import EventFilter, QueueKind, Sort, SortKey

from .mutators import in_bytes, in_chunks, in_json, in_text

FILTERS = (
    EventFilter(),
    EventFilter(text="dog", min_score=0.5),
    EventFilter(day=date(2026, 5, 1), time_of_day=TimeOfDay(80_000, 3_600)),
    EventFilter(channels=frozenset({None, 1}), max_duration_s=2.0),
)


def made(folder: Path) -> Path:
    """A dataset with an index, the units of a recording that is not in it, and columns."""
    units = [
        make_unit(folder / "units", f"{k}.wav", frames=30, contents=CONTENTS, seed=k)
        for k in range(3)
    ]
    whole = folder / "whole"
    add_units(whole / "made", info(), units[:2])
    with Dataset(whole / "made") as dataset:
        list(build_index(dataset))
        list(DatasetEvents(dataset, whole / "cache").prepare())
    shutil.copytree(folder / "units", whole / "units")
    (whole / CHANGE).write_bytes((whole / "made" / MANIFEST).read_bytes())
    return whole


def damage(random: Random, work: Path) -> None:
    """One or two files: texts as texts, tables and arrays as bytes; or a change that is half
    done."""
    files = [p for p in sorted(work.rglob("*")) if p.is_file() and p.name != CHANGE]
    for _ in range(random.choice((1, 1, 2))):
        path = random.choice(files)
        kinds = (in_json, in_json, in_text, in_bytes) if path.suffix == ".json" else (
            in_bytes, in_chunks,
        )  # fmt: skip
        path.write_bytes(random.choice(kinds)(random, path.read_bytes()))
    if random.random() < 0.15:
        change = b'{"removes": ["%s"], "moves": {"%s": "%s"}, "files": {}}'
        names = (b"events/day=1/a.parquet", b"../x.parquet", b"/etc/a.parquet", b"events/../a")
        text = change % tuple(random.choice(names) for _ in range(3))
        (work / "made" / CHANGE).write_bytes(
            in_json(random, text) if random.random() < 0.5 else text
        )


def dataset(folder: Path, work: Path):  # type: ignore[no-untyped-def]
    """What a damaged dataset answers; each question is asked, whatever the others gave."""
    source = made(folder)

    def read(random: Random) -> None:
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(source, work)
        damage(random, work)
        with Dataset(work / "made") as opened:
            events = DatasetEvents(opened, work / "cache")
            questions = [
                lambda: summarize(opened).to_json(),
                lambda: list(check(opened)),
                lambda: ask(random, events),
                lambda: search(opened),
                lambda: dataset_activity(events).table(ActivityBy.DAY),
                lambda: list(build_index(opened)),
            ]
            refused: UserError | None = None
            for question in random.sample(questions, 3):
                try:
                    question()
                except UserError as error:
                    refused = error
        if random.random() < 0.3:
            unit = next((work / "units").glob("*.json"))
            add_units(work / "made", info(), [read_unit(unit)])
        if refused is not None:
            raise refused

    return read


def ask(random: Random, events: DatasetEvents) -> None:
    if random.random() < 0.5:
        list(events.prepare())
    wanted = random.choice(FILTERS)
    sort = Sort(random.choice(list(SortKey)), random.random() < 0.5)
    rows = events.page(wanted, sort, random.choice((0, 3, 10_000)), 5)
    events.count(wanted)
    events.label_counts(wanted)
    events.of_recordings([row.recording for row in rows])
    events.queue(random.choice(list(QueueKind)), wanted, 3)


def search(opened: Dataset) -> None:
    EmbeddingIndex(opened).search(np.full(WIDTH, WIDTH**-0.5, np.float32), 3)
