"""The map of a project's sounds: gathered, laid out in the background, heard and chosen from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import ReviewState
from yamnet_gui.embedding import Frames, Method, Projection, ProjectionProgress
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.features.similarity.hits import Hit, ListKind
from yamnet_gui.gui.panels.event_table_model import STATE_WORDS
from yamnet_gui.gui.theme import class_color, state_mark
from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.notices import NoticeKind

from .colors import Coloring, by_kind, by_score
from .jobs import STATES, GatherJob, MapData, MapKind, ProjectJob, SaveMapJob
from .panel import MapPanel

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_MOST_LISTED = 500
_STATE_COLORS = {
    ReviewState.UNREVIEWED: "#56b4e9",
    ReviewState.ACCEPTED: "#009e73",
    ReviewState.REJECTED: "#d55e00",
    ReviewState.UNCERTAIN: "#f0e442",
}
_PLACED = "map-placed"


class EmbeddingMap(Feature):
    """Shows embeddings in a plane. PCA comes at once, other layouts replace it as they come."""

    def __init__(self, context: Context, similar_sounds: SimilarSounds) -> None:
        super().__init__()
        self._similar_sounds = similar_sounds
        self._custom_classes = context.session.custom_classes
        self._document = context.session.document
        self._embeddings = context.session.embeddings
        self._project = context.session.project
        self._selection = context.session.selection
        self._settings = context.session.settings
        self._audition = context.services.audition
        self._navigator = context.services.navigation
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        self.panel = MapPanel()
        self._window.add_panel("map", "Map", self.panel, left=False, behind="events", hidden=True)
        self._runner = JobRunner("map", self)
        self._job: JobHandle | None = None
        self._data: MapData | None = None
        self._frames: Frames | None = None
        self._xy: NDArray[np.float32] | None = None
        self._method = ""
        self._new_layout = True
        panel, plot = self.panel, self.panel.plot
        panel.kind_changed.connect(lambda _kind: self.gather())
        panel.method_changed.connect(lambda _method: self.lay_out())
        panel.color_changed.connect(lambda _color: self._color())
        panel.cancel_requested.connect(self.cancel)
        panel.refresh_requested.connect(self.gather)
        panel.picture_requested.connect(self._ask_picture)
        panel.table_requested.connect(self._ask_table)
        panel.enlarge_requested.connect(self._enlarge)
        plot.pointed.connect(self._on_pointed)
        plot.chosen.connect(self._on_chosen)
        plot.lassoed.connect(self._on_lassoed)
        plot.play_requested.connect(self._play)
        self._project.project_changed.connect(self._on_project)
        self._selection.changed.connect(self._show_selected)
        self._custom_classes.changed.connect(self._on_taught)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"map": self.show}

    @property
    def busy(self) -> bool:
        return self._runner.busy

    def close(self) -> None:
        self._runner.close()

    def show(self) -> None:
        """Brings the map to the front; makes it where there is none yet."""
        window, settings = self._window, self._settings
        if settings.numbers(_PLACED):
            window.show_panel("map")
        else:  # a map wants room; from then on it is where it was left
            settings.set_numbers(_PLACED, [1.0])
            window.float_panel("map")
        self.panel.plot.setFocus()
        if self._data is None:
            self.gather()

    def cancel(self) -> None:
        """Stops laying out; what is drawn stays."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.panel.set_progress(None)

    # Making

    def gather(self) -> None:
        """Collects the points anew and lays them out."""
        frames, project = self._embeddings.frames(), self._project.project
        if frames is None or project is None:
            text = self._embeddings.problem or "There is nothing to map yet: analyse a recording."
            self.panel.plot.set_message(text)
            return
        self.cancel()
        self._frames = frames
        self.panel.set_progress(0.0, "Collecting")
        self._job = self._runner.submit(
            GatherJob(
                project,
                frames,
                MapKind(self.panel.kind),
                self._project.recording_id,
                tuple(self._document.events),
                self._custom_classes.classes,
            ),
            on_result=self._take_data,
            on_failed=self._failed,
        )

    def _take_data(self, data: MapData) -> None:
        self._data, self._xy = data, None
        self._lay_out("pca")  # at once; whatever else was wished for comes after it

    def lay_out(self) -> None:
        """Lays the same points out by the chosen method."""
        if self._data is None:
            self.gather()
        else:
            self.cancel()
            self._lay_out(self.panel.method)

    def _lay_out(self, method: str) -> None:
        data, frames = self._data, self._frames
        if data is None or frames is None:
            return
        self._new_layout = True
        self.panel.set_progress(0.0, "Laying out")
        chosen: Method = method  # type: ignore[assignment]
        self._job = self._runner.submit(
            ProjectJob(data, frames, chosen),
            on_result=self._take_progress,
            on_failed=self._failed,
        )

    def _take_progress(self, step: ProjectionProgress) -> None:
        if step.result is not None:
            self._take_layout(step.result)
            return
        self.panel.set_progress(step.share, step.text)
        if step.points is not None:
            self._put(step.points)

    def _take_layout(self, found: Projection) -> None:
        self._job = None
        self._method = found.method
        self._put(found.points)
        self.panel.set_progress(None)
        self.panel.set_words(self._words(found))
        if found.method == "pca" and self.panel.method != "pca":
            self._lay_out(self.panel.method)

    def _put(self, points: NDArray[np.float32]) -> None:
        first = self._xy is None
        self._xy = points
        self.panel.plot.set_points(points, keep_view=not self._new_layout)
        self._new_layout = False
        if first or self.panel.plot.count != len(points):
            self.panel.set_custom_classes(list(self._data.taught) if self._data else [])
        self._color()

    def _failed(self, error: UserError) -> None:
        self._job = None
        self.panel.set_progress(None)
        self.panel.plot.set_message(str(error))
        if self._xy is not None:
            self.panel.set_method(self._method)  # what is drawn stays
            self._show_error(error)

    def _words(self, found: Projection) -> str:
        data = self._data
        text = found.words
        if found.explained is not None:
            text += f" Together they show {found.explained:.0%} of all differences."
        if data is not None and data.total > len(data):
            shown, total = f"{len(data):,}", f"{data.total:,}"
            some = f" Shown are {shown} of {total} {data.kind.value}, drawn at random."
            text += some.replace(",", "\u202f")
        return text

    # Colours

    def _color(self) -> None:
        data = self._data
        if data is None or self.panel.plot.count != len(data):
            return
        self.panel.set_coloring(self._coloring(data, self.panel.color))

    def _coloring(self, data: MapData, color: str) -> Coloring:
        if color.startswith("taught:"):
            label = color.partition(":")[2]
            scores = data.taught.get(label)
            if scores is not None:
                return by_score(scores, f"Score of {label}")
        if color == "score":
            return by_score(data.score, "Score of the detection")
        if color == "state":
            names = [f"{state_mark(s)} {STATE_WORDS[s]}" for s in STATES]
            colors = [QColor(_STATE_COLORS[s]) for s in STATES]
            return by_kind(data.state.astype(np.int32), names, colors, "no event")
        if color == "recording":
            names = [Path(path).name for _id, path in data.recordings]
            colors = [class_color(i) for i in range(len(names))]
            return by_kind(data.recording, names, colors)
        index = {
            int(place): int(i)
            for place, i in zip(data.label, data.class_index, strict=True)
            if place >= 0
        }
        colors = [
            class_color(i if (i := index.get(place, -1)) >= 0 else None, name)
            for place, name in enumerate(data.labels)
        ]
        return by_kind(data.label, data.labels, colors, "no event")

    def _on_taught(self) -> None:
        self.panel.set_custom_classes(list(self._data.taught) if self._data else [])

    # Looking and hearing

    def _on_pointed(self, point: int) -> None:
        data = self._data
        if data is None or not 0 <= point < len(data):
            self.panel.pointed.setText("")
            self._audition.stop()
            return
        place = data.place(point)
        words = [data.label_of(point), Path(place.path).name, clock(place.span.start_s, 1)]
        score = float(data.score[point])
        if np.isfinite(score):
            words.append(f"score {score:.2f}")
        self.panel.pointed.setText("  ·  ".join(word for word in words if word))
        if self.panel.hear.isChecked():
            self._play(point)

    def _play(self, point: int) -> None:
        if self._data is not None:
            self._similar_sounds.play_place(self._data.place(point))

    def _on_chosen(self, point: int) -> None:
        """Shows a point on the timeline."""
        data = self._data
        if data is not None and 0 <= point < len(data):
            self._navigator.go(Destination.of_place(data.place(point), data.event_id(point)))

    def _on_lassoed(self, points: NDArray[np.intp]) -> None:
        """Selects the events among the points, and lists all of them."""
        data = self._data
        if data is None:
            return
        self.panel.emphasise(points)
        if not len(points):
            return
        if data.event_ids:
            here = [
                data.event_ids[i]
                for i in points.tolist()
                if data.recordings[int(data.recording[i])][0] == self._project.recording_id
            ]
            self._selection.select([i for i in here if i in self._document.events])
        listed = points[:_MOST_LISTED].tolist()
        hits = [self._hit(data, i) for i in listed]
        more = f" (the first {_MOST_LISTED})" if len(points) > _MOST_LISTED else ""
        title = f"{len(points)} chosen on the map{more}"
        self._similar_sounds.show_list(ListKind.CHOSEN, title, hits, front=False)

    def _hit(self, data: MapData, point: int) -> Hit:
        score, state = float(data.score[point]), int(data.state[point])
        event_id = data.event_id(point)
        decided = STATES[state] if event_id and state >= 0 else ReviewState.UNREVIEWED
        shown = score if np.isfinite(score) else 0.0
        return Hit(data.place(point), shown, event_id=event_id, state=decided)

    def _show_selected(self) -> None:
        """Rings the event that is selected elsewhere."""
        data, current = self._data, self._selection.current
        if data is not None and data.event_ids and current in data.event_ids:
            self.panel.plot.set_current(data.event_ids.index(current))

    def _on_project(self) -> None:
        self.cancel()
        self._data = self._xy = self._frames = None
        self.panel.plot.set_points(np.zeros((0, 2), np.float32))
        self.panel.legend.set_kinds(())
        self.panel.set_words("")

    # Files

    def save_picture(self, path: Path) -> None:
        """Writes the map as it is seen, with legend and words, as PNG."""
        if self.panel.picture().save(str(path), "PNG"):  # type: ignore[call-overload]
            self._notices.show_notice(NoticeKind.INFO, f"Written to {path}.", seconds=8)
        else:
            self._show_error(UserError(path, "cannot be written", "choose another folder"))

    def save_table(self, path: Path) -> None:
        """Writes every point with its place, label, state, score and coordinates as CSV."""
        if self._data is None or self._xy is None:
            return
        self._runner.submit(
            SaveMapJob(path, self._data, self._xy, self._method),
            on_result=lambda p: self._notices.show_notice(
                NoticeKind.INFO, f"Written to {p}.", seconds=8
            ),
            on_failed=self._show_error,
        )

    def _ask_picture(self) -> None:
        self._ask("Save the map as a picture", "map.png", "Pictures (*.png)", self.save_picture)

    def _ask_table(self) -> None:
        self._ask("Save the map as a table", "map.csv", "Tables (*.csv)", self.save_table)

    def _ask(self, title: str, name: str, kinds: str, save: Callable[[Path], None]) -> None:
        if self._data is None or self._xy is None:
            return
        settings = self._settings
        start = str(Path(settings.folder("exports")) / name)
        chosen, _filter = QFileDialog.getSaveFileName(self._window, title, start, kinds)
        if chosen:
            settings.remember_folder(Path(chosen).parent, "exports")
            save(Path(chosen))

    def _enlarge(self) -> None:
        self._window.float_panel("map")
