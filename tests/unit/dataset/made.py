"""Units of a dataset without a network."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from yamnet_gui.analysis.result import Analysis, HeldRows
from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.audio.hashing import text_key
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.core.scores import DEFAULT_HOP_S, FrameGrid, ScoreTable
from yamnet_gui.dataset import UNIT, Contents, DatasetInfo, read_unit, write_unit

NAMES = ("Dog", "Cat", "Rain")
WIDTH = 16
DAY = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
CONTENTS = Contents(frames=0.5, embeddings=True)


def info(contents=CONTENTS, model="f" * 64):
    return DatasetInfo(
        model, "made", AnalysisSettings().to_json(), None, {}, tuple((n, "") for n in NAMES),
        contents.frames, contents.embeddings, contents.partition,
    )  # fmt: skip


def labelled(path: Path, start, frames: int, seed: int) -> tuple[LabelledRecording, Analysis]:
    random = np.random.default_rng(seed)
    duration_s = (frames + 1) * DEFAULT_HOP_S
    recording = RecordingInfo(path, duration_s, 16000, 1, start)
    scores = random.random((frames, len(NAMES)), dtype=np.float32)
    vectors = np.maximum(random.standard_normal((frames, WIDTH)), 0).astype(np.float32)
    table = ScoreTable(FrameGrid(frames, duration_s), scores)
    analysis = Analysis(
        recording, AnalysisSettings(), "f" * 64, "made", "litert", True, DAY, (table,), None,
        held={None: HeldRows(vectors, np.zeros(1, np.float32))},
    )  # fmt: skip
    events = [
        Event(f"dm-{k}-{f}", f * 0.48, f * 0.48 + 0.96, NAMES[k], k, score_max=float(scores[f, k]))
        for f, k in zip(*np.nonzero(scores > 0.9), strict=True)
    ]
    return LabelledRecording(recording, EventList.of(events)), analysis


def make_unit(folder: Path, name: str, start=DAY, frames: int = 20, contents=CONTENTS, seed=0):
    """A unit of a recording of this name, as a worker leaves it."""
    folder.mkdir(exist_ok=True)
    path = Path("/recorders/a") / name
    key = text_key(str(path))
    made, analysis = labelled(path, start, frames, seed)
    unit = folder / f"{key}.{UNIT}"
    write_unit(unit, key, made, analysis, contents, NAMES, (1000, 5))
    return read_unit(unit)
