"""A model for other programs, compared with this one on a real recording."""

from collections.abc import Generator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import mono_16k, open_audio
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.resources import resource_path
from yamnet_gui.yamnet.exports import Exported, ExportFormat, exporting

_COMPARED_S = 20.0


def exporting_model(model: Path, out: Path, form: ExportFormat) -> Generator[float, None, Exported]:
    """As `yamnet.exports.exporting`, with the demo recording among the sounds. Raises WeightsError.

    Scores that rounding moves are worth measuring where there is something to hear.
    """
    return (yield from exporting(model, out, form, _demo_sound()))


def _demo_sound() -> list[NDArray[np.float32]]:
    try:
        with open_audio(resource_path("demo", "demo.ogg")) as source:
            blocks = list(mono_16k(source, end_s=_COMPARED_S))
    except RecordingError:  # a build without it: the test sounds are left
        return []
    return [np.concatenate(blocks)] if blocks else []
