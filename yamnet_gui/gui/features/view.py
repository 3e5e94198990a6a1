"""Actions of the View menu: go to a time, show a class, spectrogram settings, waveform height."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence

from yamnet_gui.gui.state.settings import TEXT_SIZES

from .feature import Feature, run_dialog

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.gui.dialogs.spectrogram import SpectrogramDialog

_BAND_MARGIN = 0.25
"""Of the height of a box, above and below it."""


class ViewActions(Feature):
    """Changes what is shown, never events."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_map = context.session.class_map
        self._class_view = context.session.class_view
        self._document = context.session.document
        self._settings = context.session.settings
        self._spectrogram_state = context.session.spectrogram
        self._timeline = context.session.timeline
        self._review = context.services.review
        self._navigation = context.services.event_navigation
        self._show_message = context.shell.show_message
        self._transport = context.services.transport
        self._tracks = context.shell.tracks
        self._window = context.shell.window
        self._spectrogram: SpectrogramDialog | None = None
        self._window.actions_by_id["clock_time"].toggled.connect(
            lambda on: self._settings.set("clock_time", on)
        )
        self._box_tool = self._window.actions_by_id["box_tool"]
        self._box_tool.toggled.connect(self._use_box_tool)
        self._timeline.selection_changed.connect(self._on_selection)
        self._window.actions_by_id["event_rows"].toggled.connect(
            lambda on: self._settings.set("event_rows", on)
        )
        self._settings.changed.connect(self._on_setting)
        self._on_setting("clock_time")
        self._on_setting("event_rows")
        self._review.labels.show_class.connect(lambda: self.find_class())

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "go_to": self.go_to,
            "spectrogram": self.spectrogram,
            "reset_layout": self._window.reset_layout,
            "zoom_band": self.zoom_band,
            "larger_text": lambda: self._change_text_size(1),
            "smaller_text": lambda: self._change_text_size(-1),
            "all_frequencies": self._spectrogram_state.show_all_frequencies,
            "clear_selection": self.clear_selection,
            "louder_wave": lambda: self._magnify(2.0),
            "softer_wave": lambda: self._magnify(0.5),
        }

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == "clock_time":
            on = self._settings.value(key)
            self._window.actions_by_id[key].setChecked(on)
            self._timeline.show_clock(on)
        elif key == "event_rows":
            on = self._settings.value(key)
            self._window.actions_by_id[key].setChecked(on)
            self._tracks.events.show_by_class(on)

    def spectrogram(self) -> None:
        """Opens the dialog of the spectrogram; replaces one that is open."""
        from yamnet_gui.gui.dialogs.spectrogram import SpectrogramDialog

        if self._spectrogram is not None:
            self._spectrogram.close()
        recording = self._document.recording
        channels = recording.info.channels if recording else 0
        self._spectrogram = SpectrogramDialog(
            self._spectrogram_state, self._settings, channels, self._window
        )
        self._spectrogram.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._spectrogram.finished.connect(self._forget_spectrogram)
        self._spectrogram.show()

    def _forget_spectrogram(self) -> None:
        self._spectrogram = None

    def zoom_band(self) -> None:
        """Fits the frequencies of the selected event, or of the selection, into the spectrogram."""
        event = self._navigation.current
        low, high = (
            event.box.band_hz if event is not None else self._timeline.band_hz or (None, None)
        )
        if low is None and high is None:
            self._show_message("Neither the event nor the selection has bounds in frequency.")
            return
        low = low or 0.0
        high = self._timeline.sample_rate_hz / 2 if high is None else high
        room = (high - low) * _BAND_MARGIN
        self._spectrogram_state.show_band(low - room, high + room)

    def _change_text_size(self, step: int) -> None:
        place = TEXT_SIZES.index(int(self._settings.value("text_size"))) + step
        if 0 <= place < len(TEXT_SIZES):
            self._settings.set("text_size", str(TEXT_SIZES[place]))
        self._show_message(f"Text size: {self._settings.value('text_size')} %")

    def go_to(self) -> None:
        from yamnet_gui.gui.dialogs.go_to import GoToDialog

        dialog = GoToDialog(self._timeline, self._window)
        if run_dialog(dialog):
            self._transport.seek(dialog.time_s)

    def find_class(self) -> None:
        """Chooses a class by typing, and shows its score above the rows that are there."""
        from yamnet_gui.gui.dialogs.class_picker import ClassPickerDialog

        dialog = ClassPickerDialog(
            self._class_map.value,
            self._class_map.ontology,
            title="Show the score of",
            own_labels=False,
            parent=self._window,
        )
        if run_dialog(dialog) and dialog.choice is not None:
            index = dialog.choice.class_index
            if index is not None:
                self._class_view.set_lead(index)
                self._class_view.choose(index)
                self._show_message(
                    f"{dialog.choice.label} is the first row of the scores;"
                    f" {self._key('clear_selection')} takes it away."
                )

    def clear_selection(self) -> None:
        """Ends the box tool; without it selects nothing, and shows no class in particular."""
        if self._box_tool.isChecked():
            self._box_tool.setChecked(False)
        else:
            self._navigation.clear_selection()
            self._class_view.set_lead(None)

    @Slot(bool)
    def _use_box_tool(self, on: bool) -> None:
        self._tracks.use_box_tool(on)
        end = f"{self._key('clear_selection')} ends the box tool."
        self._show_message(f"Drag a box over the spectrogram; {end}" if on else "")

    @Slot()
    def _on_selection(self) -> None:
        """What can be done with a box, as soon as there is one."""
        if self._box_tool.isChecked() and self._timeline.band_hz is not None:
            event = self._navigation.current
            draw = f"{self._key('draw')} makes it an event"
            give = "" if event is None else f", {self._key('set_box')} the box of {event.label}"
            self._show_message(f"{draw}{give}; {self._key('clear_selection')} ends the box tool.")

    def _key(self, name: str) -> str:
        """The key of an action, or its name where it has none."""
        action = self._window.actions_by_id[name]
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        return key or f"“{action.text().replace('&', '').rstrip('…')}”"

    def _magnify(self, factor: float) -> None:
        wave = self._tracks.waveform
        wave.set_gain(wave.gain * factor)
