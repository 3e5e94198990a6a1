"""The recording that ships with the program, and its stored analysis."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from yamnet_gui.analysis.result import Analysis, HeldRows
from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.events import Event, RecordingInfo
from yamnet_gui.core.resources import resource_path
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.detection import Stability

_SAME_EDGE_S = 1e-3


def demo_recording() -> Path:
    """Raises RecordingError where the installation lacks the recording."""
    path = _recording()
    if not path.is_file():
        raise RecordingError(path, "the demo recording is missing", "reinstall the program")
    return path


def is_demo(path: Path) -> bool:
    """Whether this is the recording that ships with the program."""
    return path == _recording()


def demo_analysis(recording: RecordingInfo) -> Analysis:
    """Scores, embeddings and envelope, as an analysis of the recording would give them.

    Raises RecordingError where the stored analysis is missing or damaged.
    """
    stored = _stored()
    try:
        scores, embeddings = stored["scores"], stored["embeddings"].astype(np.float32)
        grid = FrameGrid(
            len(scores), float(stored["end_s"]), float(stored["start_s"]), float(stored["hop_s"])
        )
        sha256 = str(stored["weights_sha256"])
        envelope = stored["envelope"]
        made = datetime.fromtimestamp(float(stored["made_utc_s"]), UTC)
        reading = int(stored["reading"])
        if embeddings.shape[0] != len(scores):
            raise ValueError("an embedding for each frame is needed")
    except (ValueError, KeyError) as error:
        raise _unreadable() from error
    for values in (scores, embeddings, envelope):
        values.flags.writeable = False
    return Analysis(
        recording=recording,
        settings=AnalysisSettings(hop_s=grid.hop_s),
        model_sha256=sha256,
        model_name=f"stored analysis · weights {sha256[:12]}",
        runtime="litert",
        complete=True,
        created_utc=made,
        tables=(ScoreTable(grid, scores),),
        folder=None,
        held={None: HeldRows(embeddings, envelope)},
        reading=reading,
    )


def demo_stabilities(events: Iterable[Event]) -> dict[str, Stability]:
    """Stored stabilities of those of the events that have the class and edges of a detection.

    Raises RecordingError where the stored analysis is missing or damaged.
    """
    stored = _stored()
    try:
        classes, spans = stored["stability_classes"], stored["stability_spans_s"]
        scores = stored["stability_scores"]
        known = {}
        for event in events:
            near = np.abs(spans - (event.onset_s, event.offset_s)).max(axis=1) < _SAME_EDGE_S
            for at in np.flatnonzero(near & (classes == event.class_index)):
                known[event.id] = Stability(event.id, tuple(scores[at].tolist()))
    except (ValueError, KeyError) as error:
        raise _unreadable() from error
    return known


def _stored() -> dict[str, np.ndarray]:
    try:
        with np.load(_path(), allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError) as error:
        raise _unreadable() from error


def _recording() -> Path:
    return resource_path("demo", "demo.ogg")


def _path() -> Path:
    return resource_path("demo", "demo.analysis.npz")


def _unreadable() -> RecordingError:
    return RecordingError(_path(), "the stored analysis cannot be read", "reinstall the program")
