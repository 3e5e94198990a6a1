"""Pictures as arrays."""

import numpy as np
from PySide6.QtGui import QImage

from yamnet_gui.gui.tracks.track import Track


def pixels(image: QImage) -> np.ndarray:
    """A picture as RGBA, shape (rows, columns, 4)."""
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    data = np.frombuffer(image.constBits(), np.uint8)
    return data.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()].copy()


def area_pixels(track: Track) -> np.ndarray:
    """The plotting area of a track as RGB, shape (rows, columns, 3)."""
    area = track.area.sceneBoundingRect()
    left, width = round(area.left()), round(area.width())
    top, height = round(area.top()), round(area.height())
    return pixels(track.grab().toImage())[top : top + height, left : left + width, :3]
