"""The settings of the spectrogram come back at the next start."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray

from yamnet_gui.audio.spectrogram import SpectrogramSettings

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench

_KEY = "spectrogram"


class SpectrogramMemory(Feature):
    """Keeps how the spectrogram is computed; a channel belongs to its recording only."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        stored = _read(bytes(workbench.settings.bytes(_KEY).data()))
        if stored is not None:
            workbench.spectrogram.set_settings(stored)
        workbench.spectrogram.axis_changed.connect(self._keep)

    def _keep(self) -> None:
        said = asdict(self._bench.spectrogram.settings) | {"channel": None}
        self._bench.settings.set_bytes(_KEY, QByteArray(json.dumps(said).encode()))


def _read(text: bytes) -> SpectrogramSettings | None:
    try:
        return SpectrogramSettings(**json.loads(text))
    except (ValueError, TypeError):
        return None  # nothing stored, or by another version of the program
