"""Draws the application's icon in every size, from `yamnet-gui.svg` beside it.

`python resources/app_icon/make_icons.py` writes `16.png` to `512.png` for Linux, `yamnet-gui.ico`
for Windows and `yamnet-gui.icns` for macOS into its own folder, or into the one that is named.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

HERE = Path(__file__).parent
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
"""Pixels of the edges of the pictures: those of the hicolor theme of Linux desktops."""
_WINDOWS = (16, 20, 24, 32, 40, 48, 64, 128, 256)
_MAC = (16, 32, 64, 128, 256, 512, 1024)
_BARS = ("#2bb6c9", "#5fd08f", "#f5c84b", "#d95a86")
# Scaled down, seven bars and the line below them would be a blur: the small ones have four bars,
# which begin and end between pixels. Width of a bar, distance of two, heights.
_SMALL = {
    16: (2, 1, (4, 8, 12, 6)),
    20: (3, 1, (4, 10, 14, 8)),
    22: (2, 2, (6, 10, 16, 8)),
    24: (3, 2, (6, 12, 18, 8)),
    32: (4, 2, (8, 16, 24, 12)),
}


def drawing(size: int) -> bytes:
    """The SVG that is drawn at a size."""
    if size not in _SMALL:
        return (HERE / "yamnet-gui.svg").read_bytes()
    width, gap, heights = _SMALL[size]
    left = (size - (len(heights) * width + (len(heights) - 1) * gap)) // 2
    rects = "".join(
        f'<rect x="{left + n * (width + gap)}" y="{(size - height) // 2}" width="{width}" '
        f'height="{height}" rx="{width / 4}" fill="{color}"/>'
        for n, (height, color) in enumerate(zip(heights, _BARS, strict=True))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        '<defs><linearGradient id="night" x1="0" y1="0" x2="0" y2="1">'
        '<stop offset="0" stop-color="#24365a"/><stop offset="1" stop-color="#141d33"/>'
        "</linearGradient></defs>"
        f'<rect x="0.5" y="0.5" width="{size - 1}" height="{size - 1}" rx="{size * 0.22:.1f}" '
        'fill="url(#night)" stroke="#ffffff" stroke-opacity="0.2"/>'
        f"{rects}</svg>"
    ).encode()


def png(size: int) -> bytes:
    """The picture at a size."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(drawing(size))).render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    out = io.BytesIO()
    Image.open(io.BytesIO(data.data())).save(out, "PNG", optimize=True)
    return out.getvalue()


def main(folder: Path) -> None:
    pictures = {size: png(size) for size in sorted({*SIZES, *_WINDOWS, *_MAC})}
    for size in SIZES:
        (folder / f"{size}.png").write_bytes(pictures[size])
    images = {size: Image.open(io.BytesIO(data)) for size, data in pictures.items()}
    windows = [images[size] for size in reversed(_WINDOWS)]
    windows[0].save(
        folder / "yamnet-gui.ico",
        sizes=[(size, size) for size in _WINDOWS],
        append_images=windows[1:],
    )
    mac = [images[size] for size in reversed(_MAC)]
    mac[0].save(folder / "yamnet-gui.icns", append_images=mac[1:])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
