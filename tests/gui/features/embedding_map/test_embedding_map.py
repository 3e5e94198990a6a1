"""The map of a project in the window: gathered, coloured, heard, chosen from, saved."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.gui.support.calls import CALLS_S, LENGTH_S, OTHERS_S
from yamnet_gui.core.events import Event, EventSource, ReviewState
from yamnet_gui.embedding import Method, Projection, ProjectionProgress
from yamnet_gui.gui.features.embedding_map.colors import OTHERS, by_kind, by_score
from yamnet_gui.gui.features.embedding_map.feature import EmbeddingMap
from yamnet_gui.gui.features.embedding_map.jobs import MapKind
from yamnet_gui.gui.features.embedding_map.points import Shape
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.features.similarity.hits import ListKind
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import add_events

pytestmark = pytest.mark.workflow

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


@pytest.fixture
def bench(
    qtbot: QtBot, start: Start, settled: Settled, calls_project: Path, tiny_weights: Path
) -> Workbench:
    """Two analysed recordings; in the open one calls and bursts are events."""
    bench = start(calls_project, weights=tiny_weights)
    bench.session.settings.set("autoplay", False)
    settled(bench)
    events = [
        Event(f"{name}{k}", s, s + LENGTH_S, name, state=state, source=EventSource.IMPORTED)
        for name, onsets, state in (
            ("call", CALLS_S, ReviewState.ACCEPTED),
            ("burst", OTHERS_S, ReviewState.REJECTED),
        )
        for k, s in enumerate(onsets)
    ]
    bench.session.project.apply(add_events(bench.session.project.recording_id, events))
    settled(bench)
    bench.shell.window.activateWindow()
    qtbot.waitUntil(bench.shell.window.isActiveWindow)
    return bench


def shown(bench: Workbench, settled: Settled, kind: str = "frames") -> EmbeddingMap:
    feature = bench.feature(EmbeddingMap)
    what = feature.panel.what
    what.blockSignals(True)  # the map is not made before it is shown
    what.setCurrentIndex(what.findData(kind))
    what.blockSignals(False)
    bench.shell.window.actions_by_id["map"].trigger()
    settled(bench)
    return feature


def color_by(feature: EmbeddingMap, name: str) -> None:
    feature.panel.colored.setCurrentIndex(feature.panel.colored.findData(name))


def test_every_frame_of_the_project_is_a_point(bench: Workbench, settled: Settled):
    feature = shown(bench, settled)
    assert feature.panel.isVisible()
    assert feature.panel.plot.count == bench.session.embeddings.frames().live
    names = {k.name for k in feature.panel.legend.kinds}
    assert {"call", "burst", "no event"} <= names
    assert "no unit" in feature.panel.notes.text()


@pytest.mark.workflow
def test_calls_and_bursts_lie_apart(bench: Workbench, settled: Settled):
    feature = shown(bench, settled, "events")
    data, xy = feature.layout.data, feature.layout.xy
    assert data.kind is MapKind.EVENTS
    calls = np.array([label == "call" for label in map(data.label_of, range(len(data)))])
    middles = xy[calls].mean(0), xy[~calls].mean(0)
    near = np.linalg.norm(xy - middles[0], axis=1) < np.linalg.norm(xy - middles[1], axis=1)
    assert (near == calls).mean() > 0.9


def test_another_layout_replaces_the_first_when_it_is_ready(
    bench: Workbench, settled: Settled, monkeypatch: pytest.MonkeyPatch
):
    def project(vectors: NDArray[np.float32], method: Method) -> Iterator[ProjectionProgress]:
        """Layouts of the points as t-SNE gives them, without its work."""
        points = np.random.default_rng(0).normal(size=(len(vectors), 2)).astype(np.float32)
        if method == "tsne":
            yield ProjectionProgress(0.5, "t-SNE", points)
        result = Projection(method, points + 1, f"Axes of {method} mean nothing.")
        yield ProjectionProgress(1.0, "", result=result)

    monkeypatch.setattr("yamnet_gui.gui.features.embedding_map.jobs.project", project)
    feature = shown(bench, settled, "events")
    moves: list[bool] = []
    feature.layout.moved.connect(moves.append)
    feature.panel.how.setCurrentIndex(feature.panel.how.findData("tsne"))
    settled(bench)
    assert feature.layout.method == "tsne"
    assert moves == [True, False]  # the second keeps the view
    assert feature.panel.notes.text() == "Axes of tsne mean nothing."


@pytest.mark.workflow
def test_a_layout_can_be_stopped_and_the_map_stays(bench: Workbench, settled: Settled):
    feature = shown(bench, settled)
    before = feature.panel.plot.count
    feature.panel.how.setCurrentIndex(feature.panel.how.findData("tsne"))
    feature.panel.cancel.click()
    assert not feature.panel.bar.isVisible()
    assert feature.panel.plot.count == before
    settled(bench)
    assert feature.layout.method == "pca"


def test_colours_follow_state_recording_and_score(bench: Workbench, settled: Settled):
    feature = shown(bench, settled, "events")
    color_by(feature, "state")
    assert [k.count for k in feature.panel.legend.kinds] == [12, 12]
    color_by(feature, "recording")
    assert [k.name for k in feature.panel.legend.kinds] == ["calls.wav"]
    color_by(feature, "score")
    assert feature.panel.scale.isVisible()
    assert not feature.panel.legend.isVisible()


def test_choosing_a_colour_dims_the_others(bench: Workbench, settled: Settled):
    feature = shown(bench, settled, "events")
    feature.panel.legend.setCurrentRow(0)
    plot = feature.panel.plot
    assert plot.points.emphasised.sum() == 12


def test_a_lasso_selects_events_and_lists_them(bench: Workbench, settled: Settled, qtbot: QtBot):
    feature = shown(bench, settled, "events")
    plot = feature.panel.plot
    corners = [QPoint(1, 1), QPoint(plot.width() - 2, 1)]
    corners += [QPoint(plot.width() - 2, plot.height() - 2), QPoint(1, plot.height() - 2)]
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=corners[0])
    for corner in corners[1:]:
        qtbot.mouseMove(plot, corner)
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=corners[-1])
    assert len(bench.session.selection.ids) == 24
    assert bench.feature(SimilarSounds).similar.kind is ListKind.CHOSEN
    assert len(bench.feature(SimilarSounds).similar.hits) == 24
    assert feature.panel.isVisible()


@pytest.mark.workflow
def test_a_click_shows_the_point_on_the_timeline(bench: Workbench, settled: Settled, qtbot: QtBot):
    feature = shown(bench, settled)
    data = feature.layout.data
    other = next(i for i in range(len(data)) if Path(data.place(i).path).name == "second.wav")
    feature.panel.plot.chosen.emit(other)
    settled(bench)
    assert bench.session.document.recording.info.path.name == "second.wav"
    assert bench.session.timeline.cursor_s == pytest.approx(data.place(other).span.start_s)


@pytest.mark.workflow
def test_pointing_plays_the_sound_of_the_point(
    bench: Workbench, settled: Settled, calls_project: Path
):
    feature = shown(bench, settled)
    data = feature.layout.data
    other = next(i for i in range(len(data)) if Path(data.place(i).path).name == "second.wav")
    feature.panel.plot.pointed.emit(other)
    assert bench.services.audition.path == calls_project.with_name("second.wav")
    assert "second.wav" in feature.panel.pointed.text()
    feature.panel.plot.pointed.emit(-1)
    assert feature.panel.pointed.text() == ""


@pytest.mark.workflow
def test_the_map_is_saved_as_picture_and_table(bench: Workbench, settled: Settled, tmp_path: Path):
    feature = shown(bench, settled, "events")
    feature.files.save_picture(tmp_path / "map.png")
    feature.files.save_table(tmp_path / "map.csv")
    settled(bench)
    picture = QImage(str(tmp_path / "map.png"))
    assert picture.width() == 2 * feature.panel.plot.width()
    with (tmp_path / "map.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 24
    assert {row["label"] for row in rows} == {"call", "burst"}
    assert {row["state"] for row in rows} == {"accepted", "rejected"}
    xy = np.array([[float(row["x"]), float(row["y"])] for row in rows])
    np.testing.assert_allclose(xy, feature.layout.xy, rtol=1e-4, atol=1e-6)


class TestColours:
    def test_rare_kinds_share_one_colour(self):
        codes = np.repeat(np.arange(20, dtype=np.int32), np.arange(20, 0, -1))
        codes = np.concatenate([codes, np.full(3, -1, np.int32)])
        names, colors = [f"c{i}" for i in range(20)], [class_color(i) for i in range(20)]
        coloring = by_kind(codes, names, colors)
        assert [k.name for k in coloring.kinds] == [*names[:12], "8 others"]
        assert sum(k.count for k in coloring.kinds) == len(codes)
        assert (coloring.codes[codes >= 12] == OTHERS).all()
        assert coloring.colors[0] == class_color(0).rgba()
        assert len(set(coloring.colors[codes >= 12]) | set(coloring.colors[codes < 0])) == 1

    def test_a_class_has_the_colour_that_it_has_in_the_tracks(self):
        colors = [class_color(i) for i in (0, 0, 69, 0)]
        coloring = by_kind(np.array([0, 0, 0, 1, 1, 2, 3], np.int32), list("abcd"), colors)
        looks = {k.name: (k.color, k.shape) for k in coloring.kinds}
        assert {name: color for name, (color, _shape) in looks.items()} == dict(
            zip("abcd", colors, strict=True)
        )
        # of classes with one colour the less frequent ones have other shapes
        assert {name: shape for name, (_color, shape) in looks.items()} == {
            "a": Shape.DISC, "b": Shape.RING, "c": Shape.DISC, "d": Shape.DOT,
        }  # fmt: skip
        assert coloring.shapes.tolist() == [0, 0, 0, 1, 1, 0, 2]
        other = by_kind(np.arange(2, dtype=np.int32), ["a", "c"], colors[::2])
        assert other.shapes is None

    def test_scores_rise_in_lightness_and_unknown_ones_are_grey(self):
        coloring = by_score(np.array([0.0, 0.5, 1.0, np.nan], np.float32), "Score")
        light = [((c >> 16) & 255) * 3 + ((c >> 8) & 255) * 6 + (c & 255) for c in coloring.colors]
        assert light[0] < light[1] < light[2]
        assert coloring.kinds is None
