"""A dataset as large as one likes: made-up events, and embeddings that lie like real ones.

Frames are of some thousand sounds, each more or less loud and with a part of its own; a sound lasts
for some frames, as in a recording. Files are those that workers write, made by column.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.audio.hashing import text_key
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.core.scores import DEFAULT_HOP_S, WINDOW_S
from yamnet_gui.dataset import UNIT, DatasetInfo, add_units, read_unit
from yamnet_gui.dataset.layout import partition_of, schema, table_size
from yamnet_gui.dataset.parquet_files import sha256_of, write_rows
from yamnet_gui.dataset.units import UnitFile, unit_file

MODEL = "0" * 64
RECORDERS = 5
PROCESSES = 2
_SOUNDS = 3_000
_BEHIND = 32
_NOISES = 9_973
_BLOCK = 8_192
_START = datetime(2026, 1, 1, 4, tzinfo=UTC)
_CLASSES = bundled_class_map()


class Sounds:
    """Draws frames: what a rectifier leaves of a few dozen numbers behind them, and noise.

    About a fifth of their numbers is above zero, as of the frames of real clips; they are harder to
    tell apart in few numbers than those.
    """

    def __init__(self, numbers: int, seed: int) -> None:
        random = np.random.default_rng(1)  # the same sounds for all
        self._mixing = random.standard_normal((_BEHIND, numbers), np.float32)
        self._sounds = random.standard_normal((_SOUNDS, _BEHIND), np.float32)
        self._weight = (np.arange(1, _BEHIND + 1, dtype=np.float32) ** -0.5)[np.newaxis]
        self._noise = random.uniform(0.7, 1.3, (_NOISES, numbers)).astype(np.float32)
        common = np.arange(_SOUNDS) + 10.0
        self._share = (1 / common) / (1 / common).sum()  # few sounds are most of what is heard
        self._random = np.random.default_rng((seed, 7))

    def frames(self, count: int) -> np.ndarray:
        """float32 (count, numbers), none below zero."""
        random = self._random
        of = np.repeat(random.choice(_SOUNDS, count // 12 + 1, p=self._share), 12)[:count]
        own = random.standard_normal((count, _BEHIND), np.float32) * np.float32(0.5)
        behind = (self._sounds[of] + own) * self._weight
        behind /= np.linalg.norm(behind, axis=1, keepdims=True)
        made = behind @ self._mixing - np.float32(0.85)
        np.maximum(made, 0, out=made)
        made *= self._noise[random.integers(0, len(self._noise), count)]
        made *= random.uniform(0.5, 2.0, (count, 1)).astype(np.float32)
        return made


def make_dataset(folder: Path, rows: int, per_recording: int, numbers: int) -> None:
    """Writes `rows` events and, with `numbers`, as many embeddings; so many in a recording."""
    units = folder.with_name(folder.name + ".units")
    units.mkdir()
    recordings = range(-(-rows // per_recording))
    with ProcessPoolExecutor(PROCESSES) as pool:
        shares = [recordings[k::PROCESSES] for k in range(PROCESSES)]
        jobs = [pool.submit(_write_units, units, per_recording, numbers, s) for s in shares]
        for job in jobs:
            job.result()
    gather(folder, units, numbers)


def gather(folder: Path, units: Path, numbers: int) -> None:
    """Makes a dataset of the units that are there."""
    names = tuple((c.name, c.mid) for c in _CLASSES)
    info = DatasetInfo(
        MODEL, "made", AnalysisSettings().to_json(), None, {}, names, embeddings=numbers > 0
    )
    add_units(folder, info, [read_unit(path) for path in sorted(units.glob(f"*.{UNIT}"))])
    for path in units.iterdir():
        path.unlink()
    units.rmdir()


def _write_units(folder: Path, rows: int, numbers: int, recordings: range) -> None:
    sounds = Sounds(numbers, recordings.start) if numbers else None
    for k in recordings:
        day, recorder = divmod(k, RECORDERS)
        start = _START + timedelta(days=day)
        file = Path(f"/recordings/recorder-{recorder}/{day:04d}.flac")
        key = text_key(str(file))
        unit = folder / f"{key}.{UNIT}"
        tables: dict[str, tuple[Any, Iterator[Any]]] = {
            "events": (schema("events"), _events(key, file, start, rows, k))
        }
        if sounds is not None:
            columns = schema("embeddings", numbers=numbers)
            tables["embeddings"] = columns, _embeddings(key, sounds, rows, columns)
        files = {}
        for table, (columns, batches) in tables.items():
            path = unit_file(unit, table)
            count = write_rows(path, columns, batches, table_size(table).group)
            files[table] = asdict(UnitFile(count, path.stat().st_size, sha256_of(path)))
        recording = {
            "recording": key, "file": str(file), "folder": str(file.parent),
            "start_utc": start.isoformat(), "utc_offset_min": 0, "duration_s": rows * DEFAULT_HOP_S,
            "analysed_from_s": 0.0, "analysed_to_s": rows * DEFAULT_HOP_S, "channels": 1,
            "sample_rate_hz": 16_000, "events": rows, "frames": rows, "bytes": 1, "modified_ns": 1,
        }  # fmt: skip
        partition = partition_of("day", file, start)
        made = {"partition": partition, "recording": recording, "files": files}
        unit.write_text(json.dumps(made))


def _names(values: list[str], of: np.ndarray) -> Any:
    return pa.DictionaryArray.from_arrays(of.astype(np.int32), values)


def _events(key: str, file: Path, start: datetime, rows: int, seed: int) -> Iterator[Any]:
    random = np.random.default_rng((seed, 3))
    none = np.zeros(rows, np.int32)
    of = random.integers(0, len(_CLASSES), rows)
    onsets = np.sort(random.uniform(0, rows * DEFAULT_HOP_S, rows))
    scores = random.random(rows, np.float32)
    onsets_us = (onsets * 1e6).astype(np.int64) + int(start.timestamp() * 1e6)
    empty = pa.nulls(rows)
    columns = schema("events")
    values = {
        "recording": _names([key], none), "file": _names([str(file)], none),
        "id": [f"dm-{c}-{k}" for k, c in enumerate(of.tolist())], "onset_s": onsets,
        "offset_s": onsets + WINDOW_S + random.exponential(1.0, rows),
        "label": _names(list(_CLASSES.names), of), "mid": _names([c.mid for c in _CLASSES], of),
        "class_index": of.astype(np.int16), "channel": empty, "score_max": scores,
        "score_mean": scores, "onset_uncertainty_s": empty, "offset_uncertainty_s": empty,
        "onset_utc": pa.array(onsets_us, pa.timestamp("us", "UTC")),
        "utc_offset_min": np.zeros(rows, np.int16), "source": _names(["detected"], none),
        "rules_id": _names(["made"], none),
    }  # fmt: skip
    arrays = [pa.array(values[f.name]).cast(f.type) for f in columns]
    yield pa.RecordBatch.from_arrays(arrays, schema=columns)


def _embeddings(key: str, sounds: Sounds, rows: int, columns: Any) -> Iterator[Any]:
    for first in range(0, rows, _BLOCK):
        made = sounds.frames(min(_BLOCK, rows - first)).astype(np.float16)
        count = np.arange(first, first + len(made))
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(made.reshape(-1)), made.shape[1])
        parts = [
            _names([key], np.zeros(len(made))), pa.nulls(len(made), pa.int16()),
            pa.array(count.astype(np.int32)), pa.array(count * DEFAULT_HOP_S), vectors,
        ]  # fmt: skip
        yield pa.RecordBatch.from_arrays(parts, schema=columns)
