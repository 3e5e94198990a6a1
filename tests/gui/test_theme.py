"""Icons in the colours of a palette."""

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from yamnet_gui.core.resources import resource_path
from yamnet_gui.gui.theme import DARK, LIGHT, Theme, icon


def pixels(image: QImage) -> np.ndarray:
    """Red, green, blue and opacity, (height, width, 4)."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    values = np.frombuffer(plain.constBits(), np.uint8)
    return values.reshape(plain.height(), plain.width(), 4).copy()  # the image goes with its memory


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("size", [16, 20, 24, 32, 40, 48])
def test_an_icon_is_its_drawing_in_the_colour_of_buttons(
    qapp: QGuiApplication, theme: Theme, size: int
) -> None:
    palette = theme.palette()
    drawing = resource_path("icons", "play.svg").read_bytes().replace(b"currentColor", b"#000000")
    alone = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    alone.fill(Qt.GlobalColor.transparent)
    painter = QPainter(alone)
    QSvgRenderer(QByteArray(drawing)).render(painter)
    painter.end()
    groups = {QIcon.Mode.Normal: palette.ColorGroup.Active}
    groups[QIcon.Mode.Disabled] = palette.ColorGroup.Disabled
    for mode, group in groups.items():
        shown = pixels(icon("play", palette).pixmap(QSize(size, size), mode).toImage())
        assert shown.shape == (size, size, 4)
        assert np.array_equal(shown[..., 3], pixels(alone)[..., 3])
        whole = shown[shown[..., 3] == 255]
        color = palette.color(group, palette.ColorRole.ButtonText)
        assert len(whole) > 0
        assert (whole[:, :3] == [color.red(), color.green(), color.blue()]).all()


def test_an_icon_that_does_not_exist_is_empty(qapp: QGuiApplication) -> None:
    assert icon("no such drawing", DARK.palette()).isNull()
