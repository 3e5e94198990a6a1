"""The recording that ships with the program, and its stored analysis."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.resources import resource_path
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.detection import Envelope
from yamnet_gui.gui.state.document import ModelName


@dataclass(frozen=True, slots=True)
class StoredAnalysis:
    """Scores that came with a recording, and the weights they were made with."""

    table: ScoreTable
    model: ModelName
    envelope: Envelope


def demo_recording() -> Path:
    """Raises RecordingError where the installation lacks the recording."""
    path = resource_path("demo", "demo.ogg")
    if not path.is_file():
        raise RecordingError(path, "the demo recording is missing", "reinstall the program")
    return path


def demo_analysis() -> StoredAnalysis:
    """Raises RecordingError where the stored analysis is missing or damaged."""
    path = resource_path("demo", "demo.analysis.npz")
    try:
        with np.load(path, allow_pickle=False) as stored:
            scores = stored["scores"]
            grid = FrameGrid(
                len(scores),
                float(stored["end_s"]),
                float(stored["start_s"]),
                float(stored["hop_s"]),
            )
            sha256 = str(stored["weights_sha256"])
            envelope = Envelope(stored["envelope"], grid.start_s)
    except (OSError, ValueError, KeyError) as error:
        raise RecordingError(path, "the stored analysis cannot be read") from error
    scores.flags.writeable = False
    return StoredAnalysis(
        ScoreTable(grid, scores),
        ModelName(f"stored analysis · weights {sha256[:12]}", sha256),
        envelope,
    )
