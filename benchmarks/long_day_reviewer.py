"""The random reviewer of `long_day.py`: what it does, how often, and how it answers dialogs."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QTabWidget, QWidget

from yamnet_gui.core.spans import Box, TimeSpan
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.dialogs.class_picker import ClassPickerDialog
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.dataset.all_events_model import ProjectColumn
from yamnet_gui.gui.features.export.dialog import ExportDialog
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.panels.event_columns import EventColumn
from yamnet_gui.gui.state.review_queue import QueueRequest
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import QueueKind

WORDS = ("Dog", "Bird", "Speech", "own label", "Music", "Cat", "Rain", "Vehicle")
TEXTS = ("", "a", "do", "bird", "rec 001", "music", "zzz", "")
PANELS = ("recordings", "classes", "events", "inspector", "all events", "similar", "progress")
_PATIENCE = 12
"""Ticks after which a dialog that was to be accepted is cancelled."""


@dataclass(slots=True)
class Day:
    """What the reviewer works with."""

    bench: Workbench
    rng: random.Random
    folder: Path
    recordings: list[Path]
    in_project: list[str]
    written: int = 0
    waited: int = 0
    later: list[Callable[[], None]] = field(default_factory=list)

    def trigger(self, name: str) -> None:
        """An action of the table, as by its key."""
        action = self.bench.shell.window.actions_by_id[name]
        if action.isEnabled():
            action.trigger()

    def new_file(self, name: str) -> Path:
        """A path where nothing is yet."""
        self.written += 1
        return self.folder / "out" / f"{self.written} {name}"

    @property
    def events(self) -> list[Any]:
        return list(self.bench.session.document.events)

    def feature(self, kind: type) -> Any:
        return next(f for f in self.bench.features if isinstance(f, kind))


KINDS: dict[str, tuple[float, Callable[[Day], None]]] = {}
"""Every kind of action: how often it comes (relative), and what it does."""


def kind(weight: float, *names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Registers an action; with names one for each, which is given to it."""

    def register(work: Callable[..., None]) -> Callable[..., None]:
        if not names:
            KINDS[work.__name__] = (weight, work)
        for name in names:
            KINDS[name] = (weight, lambda day, n=name: work(day, n))
        return work

    return register


@kind(6, "accept", "reject", "uncertain", "unreview")
def decide(day: Day, name: str) -> None:
    choose_event(day)
    day.trigger(name)


@kind(4, "next", "previous", "next_unreviewed")
@kind(3, "zoom_in", "zoom_out", "zoom_event", "cursor_left", "cursor_right", "page_right")
@kind(3, "play", "play_selected", "page_left")
@kind(2, "zoom_all", "stop", "undo", "redo", "extend_right", "clear_selection")
@kind(1, "loop", "faster", "slower", "louder_wave", "softer_wave", "follow", "clock_time")
@kind(1, "select_all", "listened", "unlistened", "listened_class", "keep_pitch", "autoplay")
def plain(day: Day, name: str) -> None:
    day.trigger(name)


@kind(3, "set_onset", "set_offset", "split", "merge", "delete", "add_label")
@kind(1, "label_1", "label_3", "find_class", "stability", "accept_above", "reject_below")
def edit(day: Day, name: str) -> None:
    """On an event, with the cursor somewhere in it."""
    event = choose_event(day)
    if event is not None:
        at = event.onset_s + day.rng.random() * event.duration_s
        day.bench.services.transport.seek(at)
    day.trigger(name)


@kind(0.4, "settings", "weights", "shortcuts", "about", "label_sets", "backups", "go_to")
@kind(0.4, "calibration", "evaluation", "replay", "export", "cut_clips", "report", "spectrogram")
@kind(0.4, "apply_rules", "start_times", "teach", "rules", "reset_rules")
def dialog(day: Day, name: str) -> None:
    """Opened here, answered by `answer`."""
    day.trigger(name)


def choose_event(day: Day) -> Any:
    """Selects one of the listed events; None where there is none."""
    events = day.bench.session.document.events
    if not len(events):
        return None
    event = list(events)[day.rng.randrange(len(events))]
    day.bench.services.event_navigation.click_event(event.id, False)
    return event


@kind(2.0)
def open_file(day: Day) -> None:
    day.bench.open(day.rng.choice(day.recordings))


@kind(1.0)
def open_in_project(day: Day) -> None:
    """An event of another recording of the project."""
    project = day.bench.session.project.project
    if project is not None:
        where = day.rng.choice(day.in_project)
        events = project.events.of(where).events
        if events:
            chosen = day.rng.choice(list(events))
            day.bench.services.navigation.go(Destination(where, event_id=chosen.id))


@kind(0.2)
def close_recording(day: Day) -> None:
    day.trigger("close")


@kind(6)
def scroll(day: Day) -> None:
    day.bench.session.timeline.pan(day.rng.uniform(-0.3, 0.3) * 30)


@kind(4)
def zoom(day: Day) -> None:
    timeline = day.bench.session.timeline
    timeline.zoom(day.rng.choice((0.3, 0.7, 1.4, 3.0)), day.rng.random() * timeline.duration_s)


@kind(4)
def seek(day: Day) -> None:
    day.bench.services.transport.seek(day.rng.random() * day.bench.session.timeline.duration_s)


@kind(2)
def select_span(day: Day) -> None:
    at = day.rng.random() * day.bench.session.timeline.duration_s
    day.bench.session.timeline.set_selection(TimeSpan(at, at + day.rng.uniform(0.1, 3)))


@kind(2)
def draw(day: Day) -> None:
    select_span(day)
    day.trigger("draw")


@kind(2)
def drag_edge(day: Day) -> None:
    event = choose_event(day)
    if event is not None:
        move = day.bench.services.review.bounds.drag_box
        for step in range(6):
            move(event.id, Box(event.onset_s, event.offset_s + 0.02 * step), step == 5)


@kind(2)
def threshold(day: Day) -> None:
    classes = day.bench.session.class_map.value
    index = day.rng.choice((0, 69, 106, 132, day.rng.randrange(len(classes))))
    for step in range(4):
        day.bench.session.rules.set_threshold(index, round(day.rng.uniform(0.1, 0.9), 2 + step % 2))


@kind(1)
def choose_class(day: Day) -> None:
    view = day.bench.session.class_view
    index = day.rng.randrange(521)
    view.tick(index, day.rng.random() < 0.5)
    view.choose(index)


@kind(2)
def filter_events(day: Day) -> None:
    panel = day.bench.shell.events
    panel.search.setText(day.rng.choice(TEXTS))
    panel.states.setCurrentIndex(day.rng.choice((0, 0, 1, 2)))
    panel.minimum_score.setValue(day.rng.choice((0.0, 0.0, 0.3)))


@kind(1)
def sort_events(day: Day) -> None:
    columns = (EventColumn.ONSET, EventColumn.CLASS, EventColumn.SCORE, EventColumn.STATE)
    day.bench.shell.events.sort_by(day.rng.choice(columns), descending=day.rng.random() < 0.5)


def _all_events(day: Day) -> Any:
    panel = day.feature(AllEvents).panel
    if not panel.isVisible():
        day.bench.shell.window.show_panel("all events")
    return panel


@kind(1)
def filter_all_events(day: Day) -> None:
    panel = _all_events(day)
    panel.fields.search.setText(day.rng.choice(TEXTS))
    panel.fields.states.setCurrentIndex(day.rng.choice((0, 0, 1, 5)))
    panel.fields.least.setValue(day.rng.choice((0.0, 0.0, 0.5)))


@kind(1)
def sort_all_events(day: Day) -> None:
    header = _all_events(day).table.horizontalHeader()
    header.setSortIndicator(day.rng.choice(list(ProjectColumn)), day.rng.choice(list(Qt.SortOrder)))


@kind(2)
def scroll_all_events(day: Day) -> None:
    bar = _all_events(day).table.verticalScrollBar()
    bar.setValue(round(day.rng.random() * bar.maximum()))


@kind(1)
def decide_all_events(day: Day) -> None:
    """A few of the table's rows, by its button."""
    panel = _all_events(day)
    count = panel.model.rowCount()
    if count > 9:
        first = day.rng.randrange(count - 5)
        flags = QItemSelectionModel.SelectionFlag
        model = panel.table.selectionModel()
        model.clearSelection()
        for row in range(first, first + day.rng.choice((1, 1, 3))):
            model.select(panel.model.index(row, 0), flags.Select | flags.Rows)
        day.rng.choice(panel.buttons).click()


@kind(2)
def panel(day: Day) -> None:
    name = day.rng.choice(PANELS)
    if name in day.bench.shell.window.docks:
        day.bench.shell.window.show_panel(name)


@kind(0.3)
def review_queue(day: Day) -> None:
    """Of all recordings mostly, as someone reviews a project."""
    kinds = (QueueKind.SCORE, QueueKind.UNCERTAINTY, QueueKind.STRATIFIED, QueueKind.TIME, None)
    label = day.rng.choice(("", "", "Dog"))
    request = QueueRequest(day.rng.choice(kinds), day.rng.random() < 0.7, label)
    day.bench.services.queue_controller.review(request)


@kind(1)
def similar(day: Day) -> None:
    choose_event(day)
    day.trigger("find_similar")


@kind(1)
def decide_similar(day: Day) -> None:
    feature = day.feature(SimilarSounds)
    hits = feature.similar.hits
    if hits:
        row = day.rng.randrange(len(hits))
        day.rng.choice((lambda: feature.panel.select_row(row), lambda: feature.open(row)))()


@kind(0.3)
def sound_map(day: Day) -> None:
    day.trigger("map")


@kind(0.3)
def resize(day: Day) -> None:
    day.bench.shell.window.resize(*day.rng.choice(((1366, 768), (1920, 1080), (1280, 800))))


@kind(0.5)
def close_windows(day: Day) -> None:
    """What stands beside the window without holding it."""
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible() and not widget.isModal():
            widget.close()


def waiting_dialog() -> QWidget | None:
    """What has to be answered before anything else can be done."""
    return QApplication.activePopupWidget() or QApplication.activeModalWidget()


def answer(day: Day, widget: QWidget) -> str:
    """One step towards the end of a dialog; what it did, in a word."""
    day.waited += 1
    if isinstance(widget, ClassPickerDialog):
        _pick(day, widget)
    elif isinstance(widget, QMessageBox):
        buttons = widget.buttons()
        day.rng.choice(buttons).click()
    elif isinstance(widget, ExportDialog) and day.waited < _PATIENCE:
        _export(day, widget)
        return "answer"
    elif isinstance(widget, QDialog):
        _click_about(day, widget)
        if day.waited < 3:
            return "look at"
        widget.reject()
    else:
        widget.close()
    day.waited = 0
    return "answer"


def _pick(day: Day, picker: ClassPickerDialog) -> None:
    if day.rng.random() < 0.2:
        picker.reject()
        return
    word = day.rng.choice(WORDS)
    for end in range(1, len(word) + 1):
        picker.search.setText(word[:end])
    picker.buttons.button(picker.buttons.StandardButton.Ok).click()
    if picker.isVisible():
        picker.reject()


def _export(day: Day, export: ExportDialog) -> None:
    if day.waited == 1:
        if day.rng.random() < 0.3:
            export.reject()
            day.waited = 0
            return
        export.path.setText(str(day.new_file("events.csv")))
        return
    save = export.buttons.button(export.buttons.StandardButton.Save)
    if save.isEnabled():
        save.click()
        day.waited = 0


def _click_about(day: Day, shown: QDialog) -> None:
    """Turns pages, so that what is in them is made."""
    for tabs in shown.findChildren(QTabWidget):
        tabs.setCurrentIndex(day.rng.randrange(max(1, tabs.count())))
