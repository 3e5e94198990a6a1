"""Embeddings of the open project: stored after each analysis, and from earlier analyses."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.gui.support import calls
from tests.gui.support.calls import CALLS_S, OTHERS_S, write_calls
from yamnet_gui.core.events import Event, detection_id
from yamnet_gui.embedding import Classifier
from yamnet_gui.embedding.classifier import DenseLayer
from yamnet_gui.gui.features.custom_classes.scores import CustomClassScores
from yamnet_gui.gui.features.dataset.feature import DatasetFeature
from yamnet_gui.gui.jobs import embeddings
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import Project, Recording, RecordingState, add_recordings
from yamnet_gui.labels.project.recordings import ProjectRecordings

pytestmark = pytest.mark.workflow

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


def by_hand(bench: Workbench, label: str = "Owl of mine") -> Classifier:
    """A class of the direction in which calls and bursts differ."""
    frames, recording = bench.session.embeddings.frames(), bench.session.project.recording_id
    assert frames is not None
    rows = frames.rows_in(recording)
    vectors = frames.read(rows)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    at = np.array([int((s + 0.3) / 0.48) for s in CALLS_S])
    others = np.array([int((s + 0.3) / 0.48) for s in OTHERS_S])
    means = vectors[at].mean(0), vectors[others].mean(0)
    direction = means[0] - means[1]
    scale = 12 / np.linalg.norm(direction)
    bias = -scale * direction @ ((means[0] + means[1]) / 2) / np.linalg.norm(direction)
    direction = direction / np.linalg.norm(direction) * scale
    layer = DenseLayer(direction[:, None].astype(np.float32), np.array([bias], np.float32))
    return Classifier(
        (label,),
        (layer,),
        bench.session.embeddings.model_sha256,
        unit_length=True,
        thresholds=(0.5,),
    )


@pytest.fixture
def bench(start: Start, settled: Settled, calls_project: Path, tiny_weights: Path) -> Workbench:
    """A window with a project of two analysed recordings."""
    bench = start(calls_project, weights=tiny_weights)
    settled(bench)
    return bench


def test_the_embeddings_of_an_analysis_are_stored_with_the_project(
    start: Start, settled: Settled, sound_file: Path, tiny_weights: Path
):
    bench = start(sound_file, weights=tiny_weights)
    settled(bench)
    frames = bench.session.embeddings.frames()
    assert frames is not None
    scores = bench.session.document.scores
    assert scores is not None
    assert frames.live == scores.grid.count
    track = frames.track_at(0)
    assert track.recording == bench.session.project.recording_id
    assert track.path == str(sound_file)


@pytest.mark.workflow
def test_another_project_takes_them_from_stored_analyses(
    bench: Workbench, settled: Settled, tmp_path: Path
):
    recording = bench.session.project.recording_id
    count = len(bench.session.embeddings.frames().rows_in(recording))
    bench.services.projects.create(tmp_path / "other.yamnet")
    settled(bench)
    frames = bench.session.embeddings.frames()
    assert frames is None or frames.live == count
    bench.services.analysis.start()  # at once: it is stored
    settled(bench)
    assert bench.session.embeddings.frames().live == count


def test_without_weights_a_message_says_why_there_are_none(
    start: Start, settled: Settled, sound_file: Path
):
    bench = start(sound_file)
    settled(bench)
    assert bench.session.embeddings.frames() is None
    assert "weights" in bench.session.embeddings.problem


@pytest.mark.workflow
def test_a_custom_class_scores_and_detects_like_any_other(bench: Workbench, settled: Settled):
    scores = bench.feature(CustomClassScores)
    scores.stored.use(by_hand(bench), "train")
    settled(bench)
    index = bench.session.class_map.model_count
    assert bench.session.class_map.value[index].name == "Owl of mine"
    events = [e for e in bench.session.document.events if e.class_index == index]
    hit = [any(abs(e.onset_s - s) < 1.0 for e in events) for s in CALLS_S]
    assert sum(hit) >= 10
    assert not any(e.onset_s <= s + 0.75 <= e.offset_s for e in events for s in OTHERS_S)
    before = len(events)
    bench.session.rules.set_threshold(index, 0.9999)
    settled(bench)
    assert len([e for e in bench.session.document.events if e.class_index == index]) < before
    buffer = bench.session.document.scores
    assert buffer.table().scores.shape[1] == index + 1
    assert buffer.best[index] > 0.5


@pytest.mark.workflow
def test_it_scores_while_a_recording_is_analysed(
    bench: Workbench, settled: Settled, tmp_path: Path
):
    bench.feature(CustomClassScores).stored.use(by_hand(bench), "train")
    settled(bench)
    seen: list[float] = []
    bench.session.document.scores_changed.connect(
        lambda: (
            seen.append(float(bench.session.document.scores.best[-1]))
            if bench.services.analysis.running
            else 0
        )
    )
    bench.open(write_calls(tmp_path / "third.wav", seed=11))
    settled(bench)
    assert max(seen) > 0.5


@pytest.mark.workflow
def test_recordings_that_are_analysed_together_are_searched_for_it(
    bench: Workbench, settled: Settled, tmp_path: Path
):
    bench.feature(CustomClassScores).stored.use(by_hand(bench), "train")
    settled(bench)
    more = [write_calls(tmp_path / f"{n}.wav", seed=n) for n in (21, 22)]
    dataset = bench.feature(DatasetFeature)
    for _ in range(2):  # the second time everything is there already and must stay
        dataset.analyse(more)
        settled(bench)
        project: Project = bench.session.project.project
        for path in more:
            recording = project.recordings.at(path)
            assert recording.id in bench.session.embeddings.store.recordings()
            events = project.events.of(recording.id)
            assert sum(e.label == "Owl of mine" for e in events) >= 6


@pytest.mark.workflow
def test_custom_classes_come_back_with_their_project(
    bench: Workbench, start: Start, settled: Settled, calls_project: Path, tiny_weights: Path
):
    scores = bench.feature(CustomClassScores)
    scores.stored.use(by_hand(bench), "train")
    settled(bench)
    best = bench.session.document.scores.best[-1]
    bench.close()
    again = start(calls_project, weights=tiny_weights)
    settled(again)
    assert [c.label for c in again.session.custom_classes.classes] == ["Owl of mine"]
    assert again.session.custom_classes.classes[0].classifier is not None
    # taken from half precision this time
    assert again.session.document.scores.best[-1] == pytest.approx(best, abs=0.02)


def test_custom_classes_go_with_a_project_that_is_saved_elsewhere(
    bench: Workbench, settled: Settled, tmp_path: Path
):
    bench.feature(CustomClassScores).stored.use(by_hand(bench), "train")
    settled(bench)
    (tmp_path / "away").mkdir()
    bench.services.projects.save_as(tmp_path / "away" / "copy.yamnet")
    settled(bench)
    (one,) = bench.session.custom_classes.classes
    assert one.classifier is not None
    assert one.path.is_relative_to(tmp_path / "away")
    assert one.path.exists()
    assert bench.session.document.scores.best[-1] > 0.5


def test_other_recordings_of_the_project_are_searched_for_it(
    start: Start, settled: Settled, calls_project: Path, tiny_weights: Path
):
    with Project.open(calls_project) as project:
        other = project.recordings.at(calls_project.with_name(calls.OTHER))
        dog = Event(detection_id(69, 0), 0.0, 0.96, "Dog", 69, score_max=0.4)
        project.events.store_detections(other.id, [dog])
    bench = start(calls_project, weights=tiny_weights)
    settled(bench)
    scores = bench.feature(CustomClassScores)
    scores.stored.use(by_hand(bench), "train")
    scores.detect_everywhere()
    settled(bench)
    events = bench.session.project.project.events.of(other.id)
    mine = [e for e in events if e.label == "Owl of mine"]
    assert len(mine) >= 8
    assert all(e.class_index == bench.session.class_map.model_count for e in mine)
    assert dog.id in {e.id for e in events}  # those of other classes are still there


def test_recordings_without_a_stored_analysis_are_looked_for_once_and_in_the_background(
    bench: Workbench, settled: Settled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    project: Project = bench.session.project.project
    there = write_calls(tmp_path / "of others.wav", seed=31)
    analysed = RecordingState.ANALYSED
    many = [Recording(f"m{n}", f"gone/{n}.wav", state=analysed) for n in range(40)]
    project.apply(add_recordings([*many, Recording("o", str(there), state=analysed)]))
    settled(bench)
    looked: list[Path] = []
    located: list[bool] = []
    locate = ProjectRecordings.locate

    def cached(path: Path, *_arguments: object) -> None:
        looked.append(path)

    def counted(recordings: ProjectRecordings, recording: Recording) -> Path:
        located.append(threading.current_thread() is threading.main_thread())
        return locate(recordings, recording)

    monkeypatch.setattr(embeddings, "cached_analysis", cached)
    monkeypatch.setattr(ProjectRecordings, "locate", counted)
    bench.services.recording.close_recording()
    bench.open(calls_beside(bench, calls.OTHER))
    settled(bench)
    assert not looked  # none of them has changed since
    assert sum(located) < len(many)
    project.recordings.update(replace(project.recordings.get("o"), note="changed"))
    settled(bench)
    assert looked == [there]


def calls_beside(bench: Workbench, name: str) -> Path:
    return bench.session.project.project.path.parent / name
