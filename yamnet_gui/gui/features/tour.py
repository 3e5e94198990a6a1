"""The window in six steps: offered on the first start, and shown whenever it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from yamnet_gui.gui.background.debounced import Debounced

from .feature import Feature
from .files import Files

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.gui.widgets.callout import Callout

_SETTING = "tour"


@dataclass(frozen=True, slots=True)
class Step:
    """`panel` or `part` names what it points at; `{id}` in the text is the key of an action."""

    title: str
    text: str
    part: str


STEPS = (
    Step(
        "One axis of time",
        "Waveform, spectrogram, scores and events share one axis. The wheel moves along, Ctrl with "
        "the wheel zooms, {play} plays from the cursor, and a drag selects.",
        "tracks",
    ),
    Step(
        "Classes and thresholds",
        "The classes with the highest scores come first. A click shows the curve of a "
        "class; drag its threshold, or click the number here, and its events follow at once.",
        "classes",
    ),
    Step(
        "Events",
        "What was detected. Click an event, or go through them with {next} and {previous}: the "
        "tracks follow, and the event plays.",
        "events",
    ),
    Step(
        "Review",
        "{accept} accepts the event, {reject} rejects it, {uncertain} marks it as uncertain; a "
        "digit gives it another class. Drag its edges in the tracks to correct them. {undo} takes "
        "back every step.",
        "inspector",
    ),
    Step(
        "More of the same",
        "{find_similar} finds sounds like the selected event in all recordings of the project, "
        "{teach} trains a class of your own on what you accepted and rejected, {map} shows all "
        "sounds as a map.",
        "menus",
    ),
    Step(
        "Out to other programs",
        "{export} writes the events for Raven, Audacity, Praat and others, or as CSV. {guide} "
        "opens the guide, and Help › Tour shows these steps again.",
        "toolbar",
    ),
)


class TourFeature(Feature):
    """Shows one step after the other beside what it is about; the window can be used meanwhile."""

    def __init__(self, context: Context, files: Files) -> None:
        super().__init__()
        self._settings = context.session.settings
        self._document = context.session.document
        self._selection = context.session.selection
        self._window = context.shell.window
        self._parts: dict[str, QWidget] = {
            "tracks": context.shell.tracks,
            "classes": context.shell.classes,
            "events": context.shell.events,
            "inspector": context.shell.inspector,
        }
        self._open_demo = files.open_demo
        self._focusing = Debounced(self, 0, self._take_focus)
        context.services.recording.opened.connect(lambda _path: self._focusing.start())
        self._callout: Callout | None = None
        self._at = -1  # before the first step

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"tour": self.start}

    @property
    def running(self) -> bool:
        return self._callout is not None

    @property
    def busy(self) -> bool:
        return self._focusing.active

    def close(self) -> None:
        self._focusing.stop()
        self._leave()

    def offer(self) -> None:
        """Begins on the first start; does nothing on others."""
        if self._settings.value(_SETTING) and self._callout is None:
            self._begin()
            self._show_offer()

    def start(self) -> None:
        """Begins with the first step, with the demo where nothing is open."""
        if self._callout is None:
            self._begin()
        if self._document.recording is None:
            self._open_demo()
        self._at = 0
        self._show()

    def _begin(self) -> None:
        from yamnet_gui.gui.widgets.callout import Callout

        callout = self._callout = Callout(self._window)
        callout.closed.connect(self._finish)
        callout.back.connect(self._back)
        callout.onward.connect(self._onward)

    def _take_focus(self) -> None:
        """The tracks take it when a recording opens, such as the demo of the first step."""
        if self._callout is not None:
            self._callout.next_button.setFocus()

    @Slot()
    def _onward(self) -> None:
        if self._at < 0:
            self.start()
        elif self._at + 1 == len(STEPS):
            self._finish()
        else:
            self._at += 1
            self._show()

    @Slot()
    def _back(self) -> None:
        if self._at > 0:
            self._at -= 1
            self._show()

    @Slot()
    def _finish(self) -> None:
        self._settings.set(_SETTING, False)
        self._leave()

    def _leave(self) -> None:
        if self._callout is not None:
            self._callout.hide()
            self._callout.leave()
            self._callout = None
            self._at = -1

    def _show_offer(self) -> None:
        callout = self._callout
        assert callout is not None
        callout.title.setText("New here?")
        demo = "" if self._document.recording is not None else " with the demo recording"
        callout.text.setText(f"Six steps show the window{demo}. Help › Tour shows them later.")
        callout.place.setText("")
        callout.close_button.setText("&Not now")
        callout.back_button.hide()
        callout.next_button.setText("&Start")
        callout.point_at(None)

    def _show(self) -> None:
        callout, step = self._callout, STEPS[self._at]
        assert callout is not None
        last = self._at + 1 == len(STEPS)
        callout.title.setText(step.title)
        callout.text.setText(step.text.format_map(_Keys(self._window.actions_by_id)))
        callout.place.setText(f"{self._at + 1} of {len(STEPS)}")
        callout.close_button.setText("&Close")
        callout.close_button.setVisible(not last)
        callout.back_button.show()
        callout.back_button.setEnabled(self._at > 0)
        callout.next_button.setText("&Done" if last else "&Next")
        if step.part in ("classes", "events", "inspector"):
            self._window.show_panel(step.part)
        if step.part == "inspector" and not self._selection.ids:
            self._selection.select([event.id for event in self._document.events][:1])
        callout.point_at(self._part(step.part))

    def _part(self, name: str) -> QWidget:
        if name == "menus":
            return self._window.menuBar()
        return self._parts.get(name, self._window.toolbar)


class _Keys(dict[str, str]):
    """The keys of the actions as they are set now; the title where an action has none."""

    def __init__(self, actions: dict) -> None:
        super().__init__()
        self._actions = actions

    def __missing__(self, name: str) -> str:
        action = self._actions[name]
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        return key or f"“{action.text().replace('&', '').rstrip('…')}”"
