"""Activity in the window: counted in the background while its panel is visible."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from yamnet_gui.core.text import counted
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.background.runner import JobHandle
from yamnet_gui.gui.controllers.dataset_questions import Asked
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.core.errors import UserError
    from yamnet_gui.gui.context import Context
    from yamnet_gui.labels.exchange.activity import ActivityGrid

    from .panel import ActivityPanel
    from .picture import Picture

_CHANGED_MS = 700
_NO_START = (
    "No recording has a known start time. Set it in File › Start times…, or choose “By recording”."
)


class _Place(QWidget):
    """Where the panel comes to stand once it is wanted."""

    shown = Signal()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()


class ActivityFeature(Feature):
    """Builds the panel when it is first shown, and keeps it up to date while it is visible."""

    def __init__(self, context: Context, all_events: AllEvents) -> None:
        super().__init__()
        self._all_events = all_events
        self._class_map = context.session.class_map
        self._datasets = context.session.datasets
        self._project = context.session.project
        self._questions = context.services.datasets
        self._project_manager = context.services.projects
        self._window = context.shell.window
        self.panel: ActivityPanel | None = None
        self._grid: ActivityGrid | None = None
        self._stale = True
        self._closed = False
        self._place = _Place()
        self._layout = QVBoxLayout(self._place)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._window.add_panel("activity", "Activity", self._place, middle=True, hidden=True)
        self._job: JobHandle | None = None
        self._asked: Asked | None = None
        self._summing = LatestJob("activity picture", self)
        self._later = Debounced(self, _CHANGED_MS, self.count)
        self._place.shown.connect(self._on_shown)
        self._project.steps_changed.connect(self._on_changed)
        self._project.recordings_changed.connect(self._on_changed)
        self._project.project_changed.connect(self._on_project)
        self._datasets.source_changed.connect(self._on_project)
        self._datasets.opened_changed.connect(self._on_opened)
        context.services.appearance.colors_changed.connect(self._on_colors)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"activity": self.show}

    @property
    def busy(self) -> bool:
        counting = self._job is not None or self._asked is not None
        return counting or self._summing.busy or self._later.active

    def close(self) -> None:
        self._closed = True
        self._later.stop()
        self._cancel()
        self._summing.close()

    def show(self) -> None:
        """Brings the panel to the front."""
        self._build()  # before it is shown: its place depends on the height that it needs
        self._window.show_panel("activity")
        if self.panel is not None:
            self.panel.map.setFocus(Qt.FocusReason.OtherFocusReason)

    def count(self) -> None:
        """Counts the project's events again, if the panel is visible."""
        from .jobs import ActivityJob, DatasetActivityJob

        project, panel = self._project.project, self.panel
        if self._closed or panel is None or not panel.isVisible():
            self._stale = True
            return
        if project is None:
            panel.show_message("No project is open.")
            return
        self._cancel()
        source = self._datasets.source
        if source is not None and self._datasets.opened is None:
            self._stale = True
            panel.show_message(f"Opening {source.name}…")
            return
        self._stale = False
        if self._grid is None:
            panel.show_message("Counting…")
        if source is not None:
            self._asked = self._questions.ask(
                DatasetActivityJob, self._on_grid, self._on_failed, self._on_answered
            )
            return
        self._job = self._project_manager.run(
            ActivityJob(project), on_result=self._on_grid, on_done=self._on_done
        )

    @Slot()
    def _on_shown(self) -> None:
        self._build()
        if self._stale:
            self.count()

    def _build(self) -> None:
        if self.panel is None:
            from .panel import ActivityPanel

            self.panel = ActivityPanel(self._class_map, self._datasets, self._place)
            self.panel.source.set_menu(self._window.menus["Dataset"])
            self._layout.addWidget(self.panel)
            self.panel.changed.connect(self._sum)
            self.panel.opened.connect(self._open)
            self.panel.show()

    @Slot()
    def _on_changed(self) -> None:
        if self._datasets.source is not None:
            return  # no decision changes a dataset
        self._stale = True
        if not self._closed and self.panel is not None and self.panel.isVisible():
            self._later.start()

    @Slot()
    def _on_colors(self) -> None:
        if self.panel is not None:
            self.panel.lines.update()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self._asked is not None:
            self._asked.drop()
            self._asked = None

    def _on_answered(self) -> None:
        self._asked = None

    @Slot()
    def _on_opened(self) -> None:
        self._asked = None
        if self._datasets.source is not None and not self._closed:
            self._stale = True
            self._later.start_in(0)

    def _on_done(self) -> None:
        self._job = None

    @Slot()
    def _on_project(self) -> None:
        self._cancel()
        self._summing.cancel()
        self._grid = None
        self._stale = True
        if not self._closed and self.panel is not None:
            self.panel.show_message("")
            self._later.start()

    def _on_grid(self, grid: ActivityGrid) -> None:
        self._grid = grid
        if self.panel is not None:
            self.panel.show_labels(grid.by_frequency)
        self._sum()

    def _on_failed(self, error: UserError) -> None:
        if self.panel is not None:
            self.panel.show_message(str(error))

    @Slot()
    def _sum(self) -> None:
        """Sums the counts up to what is chosen in the panel."""
        from .jobs import PictureJob

        if self._grid is not None and self.panel is not None and not self._closed:
            job = PictureJob(self._grid, *self.panel.asked)
            self._summing.run(job, self._on_picture, self._on_failed)

    def _on_picture(self, picture: Picture) -> None:
        from .picture import View

        if self.panel is None or self._grid is None:
            return
        without = self._grid.without_clock
        note = ""
        if without and self.panel.asked[0] is not View.RECORDING:
            if without == len(self._grid.paths):
                self.panel.show_message(_NO_START)
                return
            note = f"Not shown: {counted(without, 'recording')} without a known start."
        self.panel.show_picture(picture, note)

    @Slot(int, int)
    def _open(self, row: int, column: int) -> None:
        """Lists the events behind a cell."""
        picture = self.panel.map.picture if self.panel is not None else None
        if picture is not None:
            place = picture.places(row, column)
            self._all_events.show_only(place.wanted, place.title)
