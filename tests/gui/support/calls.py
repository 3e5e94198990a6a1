"""A recording in which one call comes back, among sounds that are something else."""

import shutil
from pathlib import Path

import numpy as np
import soundfile

from yamnet_gui.analysis import AnalysisSettings, ResultCache, WeightsModel, analyse_recording
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.resources import class_map_path
from yamnet_gui.detection import RuleSet
from yamnet_gui.embedding import EmbeddingStore, store_folder
from yamnet_gui.gui.features.rules import rules_persistence
from yamnet_gui.gui.jobs.embeddings import StoreJob, StoreRequest
from yamnet_gui.labels.project import (
    Project,
    Recording,
    RecordingState,
    add_recordings,
    content_fingerprint,
    set_rules,
)

RATE_HZ = 16_000
CALLS_S = tuple(2.0 + 4.8 * k for k in range(12))
"""Onsets of a rising call of 1.5 s."""
OTHERS_S = tuple(4.4 + 4.8 * k for k in range(12))
"""Onsets of bursts of noise of 1.5 s."""
LENGTH_S = 1.5
DURATION_S = 62.0


def write_calls(path: Path, seed: int = 4) -> Path:
    """A minute with twelve calls and twelve bursts over a quiet ground."""
    rng = np.random.default_rng(seed)
    sound = 0.002 * rng.standard_normal(round(DURATION_S * RATE_HZ))
    time = np.arange(round(LENGTH_S * RATE_HZ)) / RATE_HZ
    shape = np.sin(np.pi * time / LENGTH_S)
    for onset in CALLS_S:
        first = round((onset + rng.uniform(-0.1, 0.1)) * RATE_HZ)
        call = np.sin(2 * np.pi * (900 * time + 500 * time**2) + rng.uniform(0, 6))
        sound[first : first + len(time)] += 0.4 * shape * call
    for onset in OTHERS_S:
        first = round(onset * RATE_HZ)
        sound[first : first + len(time)] += 0.2 * shape * rng.standard_normal(len(time))
    soundfile.write(path, np.clip(sound, -1, 1), RATE_HZ, subtype="PCM_16")
    return path


OPEN, OTHER = "calls.wav", "second.wav"
"""The recordings of the project; the window opens the first one with the project."""


def make_project(folder: Path, weights: Path, cache: ResultCache) -> Path:
    """A closed project of two analysed recordings with their embeddings, and no events.

    Its rules let the network detect nothing: random weights would detect something everywhere.
    """
    model, settings = WeightsModel(weights), AnalysisSettings()
    path = folder / "calls.yamnet"
    with Project.create(path) as project:
        requests = []
        for name, seed in ((OPEN, 4), (OTHER, 9)):
            file = write_calls(folder / name, seed)
            recording = Recording(
                f"id-{name}",
                project.recordings.stored_path(file),
                content_fingerprint(file),
                file.stat().st_size,
                DURATION_S,
                RATE_HZ,
                1,
                state=RecordingState.ANALYSED,
            )
            project.apply(add_recordings([recording]))
            (analysis,) = [
                step.analysis
                for step in analyse_recording(file, model, settings, cache)
                if step.analysis is not None
            ]
            requests.append(StoreRequest(recording.id, file, analysis))
        class_map = ClassMap.from_csv(class_map_path())
        project.apply(set_rules(None, rules_persistence.write(RuleSet.threshold(1.0), class_map)))
        store = EmbeddingStore(store_folder(path, model.sha256), model.sha256)
        for _count in StoreJob(store, requests, model, settings, cache).run():
            pass
        store.close()
    return path


def copy_project(prepared: Path, folder: Path) -> Path:
    """A copy of a prepared project with everything beside it, which a test may change."""
    shutil.copytree(prepared.parent, folder, dirs_exist_ok=True)
    return folder / prepared.name
