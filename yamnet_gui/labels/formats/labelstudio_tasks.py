"""Reading Label Studio's exports: JSON, JSON lines, JSON-MIN, CSV and TSV."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.events import Original, ReviewState
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.text import counted

from .base import ImportResult
from .collector import Collector
from .json_values import list_of, moment_of, number_of, shown, text_of
from .labelstudio_plain import plain_regions
from .labelstudio_regions import Region, regions_of
from .media_address import file_of

_AUDIO_KEYS = ("audio", "audio_url", "sound", "recording", "url", "file", "filename", "path", "wav")
_SHORT = ("annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement",
          "history", "id")  # fmt: skip
_SETS = ("annotations", "completions", "predictions")


def is_short(record: Mapping[str, Any]) -> bool:
    """Whether this is a record of a short export (JSON-MIN, CSV, TSV)."""
    return "annotation_id" in record and "annotator" in record and "data" not in record


def read_tasks(collector: Collector, tasks: Iterable[Any]) -> ImportResult:
    """Every task (or record of a short export) into the collector."""
    for k, task in enumerate(tasks, start=1):
        where = f"task {k}"
        with collector.row(where):
            if not isinstance(task, Mapping):
                raise collector.error(f"{shown(task)} is not a task")
            if any(key in task for key in _SETS) or isinstance(task.get("data"), Mapping):
                _read_full(collector, task, where)
            else:
                _read_short(collector, task, where)
    return collector.result()


def short_records(rows: Iterable[tuple[int, list[str]]]) -> Iterator[dict[str, Any]]:
    """The rows of a CSV or TSV export as records; lists and objects are JSON inside of cells."""
    _, header = next(iter(rows), (1, []))
    for _, row in rows:
        record: dict[str, Any] = {}
        for name, cell in zip(header, row, strict=False):
            record[name] = cell
            if cell[:1] in ("[", "{"):
                with suppress(ValueError):  # text that begins with a bracket
                    record[name] = parse_json(cell)
        yield record


@dataclass(frozen=True, slots=True)
class _Origin:
    """Whose regions they are."""

    state: ReviewState
    reviewer: str = ""
    reviewed_utc: datetime | None = None


_PREDICTED = _Origin(ReviewState.UNREVIEWED)
_COLUMNS = ("id", "label", "onset_s", "offset_s", "score_max", "state", "reviewer", "reviewed_utc")


def _read_full(collector: Collector, task: Mapping[str, Any], where: str) -> None:
    data = task.get("data")
    name = _recording(data if isinstance(data, Mapping) else task)
    if name is None:
        raise collector.error("it does not name a recording")
    collector.recording(name)
    if not _read_plain(collector, name, task):
        _read_regions(collector, name, task, where)
    for n, _ in enumerate(list_of(collector, task, "drafts"), start=1):
        collector.left_out(f"{where}, draft {n}", "draft", "that was never submitted")


def _annotations(collector: Collector, task: Mapping[str, Any]) -> list[Any]:
    return list_of(collector, task, "annotations" if "annotations" in task else "completions")


def _read_plain(collector: Collector, name: str, task: Mapping[str, Any]) -> bool:
    """What `_read_regions` does; False, and nothing is done, where anything is unusual."""
    columns: dict[str, list[Any]] = {field: [] for field in _COLUMNS}
    annotations = [(one, True) for one in _annotations(collector, task)]
    predictions = [(one, False) for one in list_of(collector, task, "predictions")]
    for one, annotated in (*annotations, *predictions):
        if type(one) is not dict or (
            annotated and (one.get("was_cancelled") or one.get("skipped"))
        ):
            return False
        results = one.get("result")
        regions = plain_regions(results) if type(results) is list else None
        if regions is None:
            return False
        origin = _origin(one) if annotated else _PREDICTED
        many = [origin.state], [origin.reviewer], [origin.reviewed_utc]
        parts = regions.ids, regions.labels, regions.onsets_s, regions.offsets_s, regions.scores
        for field, part in zip(_COLUMNS, (*parts, *(m * len(regions) for m in many)), strict=True):
            columns[field] += part
    if len(set(columns["id"])) < len(columns["id"]):
        return False
    return collector.events([name] * len(columns["id"]), dict(columns))


def _read_regions(collector: Collector, name: str, task: Mapping[str, Any], where: str) -> None:
    target = _Target(collector, name, where)
    predicted: dict[str, Region] = {}
    for n, one in enumerate(list_of(collector, task, "predictions"), start=1):
        for region in _regions(collector, one, f"{where}, prediction {n}"):
            predicted.setdefault(region.identity or f"{n} {len(predicted)}", region)
    corrected: set[str] = set()
    for n, one in enumerate(_annotations(collector, task), start=1):
        at = f"{where}, annotation {n}"
        if isinstance(one, Mapping) and (one.get("was_cancelled") or one.get("skipped")):
            collector.left_out(at, "annotation", "cancelled by its annotator")
            continue
        regions = _regions(collector, one, at)
        origin = _origin(one)
        for region in regions:
            twin = predicted.get(region.identity) if region.identity else None
            if twin is not None:
                corrected.add(region.identity)
            target.add(region, origin, twin, alone=len(regions) == 1)
    for identity, region in predicted.items():
        if identity not in corrected:
            target.add(region, _PREDICTED)
    if corrected:
        what = counted(len(corrected), "prediction")
        collector.warn(f"{where}: {what} read as the annotations that were made of them")


def _read_short(collector: Collector, record: Mapping[str, Any], where: str) -> None:
    name = _recording(record)
    if name is None:
        raise collector.error("it does not name a recording")
    collector.recording(name)
    target = _Target(collector, name, where)
    keys = list(record)
    first = keys.index("id") if "id" in keys else len(keys)
    results = []
    for k, key in enumerate(keys):
        value = record[key]
        if key in _SHORT:
            continue
        values = value if isinstance(value, list) else [value]
        regions = [v for v in values if isinstance(v, Mapping)]
        results += [{"from_name": key, "value": v} for v in regions]
        if k > first:  # what stands before the id is the task's data
            for v in values:
                if v not in ("", None) and not isinstance(v, Mapping):
                    collector.left_out(f"{where}, {key} {shown(v)}", "value", "without times")
    named = list(regions_of(collector, results, where))
    origin = _origin(record)
    for region in named:
        target.add(region, origin, alone=len(named) == 1)


def _regions(collector: Collector, one: Any, where: str) -> list[Region]:
    if not isinstance(one, Mapping):
        raise collector.error(f"{where.partition(', ')[2]} is not an object")
    return list(regions_of(collector, list_of(collector, one, "result"), where))


def _origin(record: Mapping[str, Any]) -> _Origin:
    who = record.get("completed_by", record.get("annotator"))
    if isinstance(who, Mapping):
        names = [text_of(who.get(key)) for key in ("first_name", "last_name")]
        full = " ".join(name for name in names if name)
        who = full or who.get("email") or who.get("username") or who.get("id")
    when = moment_of(record.get("updated_at")) or moment_of(record.get("created_at"))
    return _Origin(ReviewState.ACCEPTED, text_of(who), when)


class _Target:
    """The recording that a task is about; its events get ids that differ."""

    def __init__(self, collector: Collector, name: str, where: str) -> None:
        self._collector = collector
        self._name = name
        self._where = where

    def add(
        self, region: Region, origin: _Origin, twin: Region | None = None, *, alone: bool = False
    ) -> None:
        """One event for each label of the region.

        `twin` is the prediction that it corrects. What is said about the whole recording labels it
        where it is all that is said (`alone`): beside labelled regions it is a remark.
        """
        collector = self._collector
        labels, note = region.named()
        where = f"{self._where}: {region.where}"
        start_s, end_s = region.start_s, region.end_s
        if not labels:
            if region.start_s is not None:
                collector.left_out(where, "region", "without a label")
            else:
                collector.left_out(f"{self._where}: {note or 'empty'}", "value",
                                   "about a whole recording")  # fmt: skip
            return
        if start_s is None or end_s is None:
            start_s, end_s = 0.0, collector.recording(self._name).duration_s
            what = f"{', '.join(map(repr, labels))}, about the whole recording"
            if not alone:
                collector.left_out(f"{self._where}: {what}", "choice", "beside labelled regions")
                return
            if not end_s:
                collector.left_out(f"{self._where}: {what}", "choice", "of unknown duration")
                return
            collector.warn(f"{self._where}: {what}, is read as an event of its whole length")
        score = number_of(region.score if region.score is not None or twin is None else twin.score)
        with collector.row(where):
            for k, label in enumerate(labels):
                identity = region.identity if not k else f"{region.identity}-{k + 1}"
                fields: dict[str, Any] = {
                    "id": collector.free_id(self._name, identity) if region.identity else "",
                    "state": origin.state,
                    "reviewer": origin.reviewer,
                    "reviewed_utc": origin.reviewed_utc,
                    "score_max": score,
                    "note": note,
                    "original": _original(twin, start_s, end_s, label),
                }
                collector.event(self._name, start_s, end_s, label, **fields)


def _original(twin: Region | None, start_s: float, end_s: float, label: str) -> Original | None:
    """What was predicted, where the annotation differs from it."""
    if twin is None or twin.start_s is None or twin.end_s is None:
        return None
    before = (label if label in twin.labels or not twin.labels else twin.labels[0],
              twin.start_s, twin.end_s)  # fmt: skip
    return None if before == (label, start_s, end_s) else Original(*before)


def _recording(data: Mapping[str, Any]) -> str | None:
    """The file that a task is about: by its suffix, else by the usual names of the field."""
    files: dict[str, str] = {}
    for key, text in data.items():
        if isinstance(text, str) and key not in _SHORT and (name := file_of(text)):
            files[key] = name
    sounds = [n for n in files.values() if PurePosixPath(n).suffix.lower() in SOUND_SUFFIXES]
    named = [files[key] for key in _AUDIO_KEYS if key in files]
    only = list(files.values()) if len(files) == 1 else []
    preferred = [n for n in named if n in sounds]
    return next(iter((*preferred, *sounds, *named, *only)), None)
