"""Projects with several short recordings and stored detections, for tests of the window."""

from pathlib import Path

import numpy as np
import soundfile

from yamnet_gui.core.events import Event, detection_id
from yamnet_gui.labels.project import (
    Project,
    Recording,
    RecordingState,
    add_recordings,
    content_fingerprint,
)

RATE_HZ = 16_000
DOG, BIRD = 69, 106
SCORES = ((DOG, "Dog", 0.9), (BIRD, "Bird", 0.7), (DOG, "Dog", 0.55), (DOG, "Dog", 0.3))


def detections(offset: float) -> list[Event]:
    """Four detections, two seconds apart; scores a little lower by `offset`."""
    return [
        Event(
            detection_id(index, n * 4),
            n * 2.0,
            n * 2.0 + 0.96,
            label,
            index,
            "",
            score_max=score - offset,
        )
        for n, (index, label, score) in enumerate(SCORES)
    ]


def write_tone(path: Path, hertz: float, seconds: float = 10.0) -> Path:
    """A quiet tone, mono."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.2 * np.sin(2 * np.pi * hertz * time), RATE_HZ, subtype="PCM_16")
    return path


def made(folder: Path, names: tuple[str, ...] = ("a", "b", "c")) -> Path:
    """A closed project beside its recordings, each with four detections."""
    path = folder / "three.yamnet"
    with Project.create(path) as project:
        for n, name in enumerate(names):
            file = write_tone(folder / "audio" / f"{name}.wav", 300.0 + 100 * n)
            recording = Recording(
                f"id-{name}",
                project.recordings.stored_path(file),
                content_fingerprint(file),
                file.stat().st_size,
                10.0,
                RATE_HZ,
                1,
                state=RecordingState.ANALYSED,
            )
            project.apply(add_recordings([recording]))
            project.events.store_detections(recording.id, detections(n * 0.01))
    return path
