"""The settings of the spectrogram come back at the next start."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray

from yamnet_gui.audio.spectrogram import SpectrogramSettings
from yamnet_gui.core.json_text import parse_json

from .service import AutomaticService

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_KEY = "spectrogram"


class SpectrogramPersistence(AutomaticService):
    """Stores how the spectrogram is computed; a channel belongs to its recording only."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._settings = context.session.settings
        self._spectrogram = context.session.spectrogram
        stored = _read(bytes(self._settings.bytes(_KEY).data()))
        if stored is not None:
            self._spectrogram.set_settings(stored)
        self._spectrogram.axis_changed.connect(self._store)

    def _store(self) -> None:
        stored = asdict(self._spectrogram.settings) | {"channel": None}
        self._settings.set_bytes(_KEY, QByteArray(json.dumps(stored).encode()))


def _read(text: bytes) -> SpectrogramSettings | None:
    try:
        return SpectrogramSettings(**parse_json(text))
    except (ValueError, TypeError):
        return None  # nothing stored, or by another version of the program
