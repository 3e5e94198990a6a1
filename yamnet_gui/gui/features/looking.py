"""Where to look: a time, a class, the settings of the spectrogram."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .feature import Feature, run_dialog

if TYPE_CHECKING:
    from yamnet_gui.gui.dialogs.spectrogram import SpectrogramDialog
    from yamnet_gui.gui.workbench import Workbench


class Looking(Feature):
    """Dialogs that change what is seen, and nothing else."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._spectrogram: SpectrogramDialog | None = None
        workbench.reviewing.show_class.connect(lambda: self.find_class())

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "go_to": self.go_to,
            "spectrogram": self.spectrogram,
            "louder_wave": lambda: self._magnify(2.0),
            "softer_wave": lambda: self._magnify(0.5),
        }

    def spectrogram(self) -> None:
        """Opens the dialog of the spectrogram beside the window, once."""
        from yamnet_gui.gui.dialogs.spectrogram import SpectrogramDialog

        bench = self._bench
        if self._spectrogram is not None:
            self._spectrogram.close()
        recording = bench.document.recording
        channels = recording.info.channels if recording else 0
        self._spectrogram = SpectrogramDialog(
            bench.spectrogram, bench.settings, channels, bench.window
        )
        self._spectrogram.show()

    def go_to(self) -> None:
        from yamnet_gui.gui.dialogs.go_to import GoToDialog

        bench = self._bench
        dialog = GoToDialog(bench.timeline.duration_s, bench.timeline.cursor_s, parent=bench.window)
        if run_dialog(dialog):
            bench.controller.seek(dialog.time_s)

    def find_class(self) -> None:
        """Chooses a class by typing, and shows its score."""
        from yamnet_gui.gui.dialogs.class_picker import ClassPickerDialog

        bench = self._bench
        dialog = ClassPickerDialog(
            bench.class_map,
            bench.ontology,
            title="Show the score of",
            own_labels=False,
            parent=bench.window,
        )
        if run_dialog(dialog) and dialog.choice is not None:
            index = dialog.choice.class_index
            if index is not None:
                bench.classes.tick(index, True)
                bench.classes.choose(index)

    def _magnify(self, factor: float) -> None:
        wave = self._bench.tracks.waveform
        wave.set_gain(wave.gain * factor)
