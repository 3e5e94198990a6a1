"""Very many points into a picture: a few array operations a frame instead of an item a point."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

LARGEST_RADIUS = 6
"""Pixels that a point may reach beyond the visible part; the picture has so wide a margin."""
_DENSITIES = ((60_000, 0.8), (8_000, 1.2), (1_500, 2.3), (0, 4.0))
"""Radius in pixels where at least so many points are visible: fewer points, larger points."""
_INNER = 0.55
"""Radius of the hole of a ring, and of a dot, as a part of that of a disc."""
_LEAST_INNER = 1.0


class Shape(IntEnum):
    """How a point is drawn, where points are large enough for that."""

    DISC = 0
    RING = 1
    DOT = 2


@dataclass(frozen=True, slots=True)
class MapView:
    """Which part of the plane is seen: the point in the middle, and pixels per unit."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0

    def to_pixels(
        self, xy: NDArray[np.float32], width: int, height: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where points lie in a picture of this size; y grows upwards in the plane."""
        scale = np.float32(self.scale)
        across = (xy[:, 0] - np.float32(self.x)) * scale + np.float32(width / 2)
        down = np.float32(height / 2) - (xy[:, 1] - np.float32(self.y)) * scale
        return across, down

    def to_plane(self, across: float, down: float, width: int, height: int) -> tuple[float, float]:
        """The place in the plane under a pixel."""
        return (
            self.x + (across - width / 2) / self.scale,
            self.y - (down - height / 2) / self.scale,
        )

    def zoomed(
        self, factor: float, across: float, down: float, width: int, height: int
    ) -> "MapView":
        """Closer by `factor`; what is under the pixel stays there."""
        x, y = self.to_plane(across, down, width, height)
        scale = self.scale * factor
        return MapView(x - (across - width / 2) / scale, y + (down - height / 2) / scale, scale)


class PointPicture:
    """A picture with a margin all around, so that points at the border need no special case.

    `pixels`: 0xAARRGGBB, shape (height + 2 margins, width + 2 margins).
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        margin = 2 * LARGEST_RADIUS + 2  # a point beyond the border, and how far it reaches
        self.margin = margin
        self.pixels = np.zeros((height + 2 * margin, width + 2 * margin), np.uint32)

    def paint(
        self,
        across: NDArray[np.float32],
        down: NDArray[np.float32],
        colors: NDArray[np.uint32],
        background: int,
        ratio: float = 1.0,
        emphasised: NDArray[np.bool_] | None = None,
        shapes: NDArray[np.int8] | None = None,
    ) -> int:
        """Paints the points that are visible over `background`; gives their number.

        Later points lie above earlier ones, and `emphasised` ones above all, larger. `shapes` has
        a `Shape` a point. `ratio` is the number of device pixels in one of the window's.
        """
        self.pixels.fill(background)
        inside = (across > -LARGEST_RADIUS) & (across < self.width + LARGEST_RADIUS)
        inside &= (down > -LARGEST_RADIUS) & (down < self.height + LARGEST_RADIUS)
        visible = int(np.count_nonzero(inside))
        radius = next(r for least, r in _DENSITIES if visible >= least) * ratio
        larger = min(radius + 0.7 * ratio, LARGEST_RADIUS)
        layers = (
            [(inside, radius)]
            if emphasised is None
            else [(inside & ~emphasised, radius), (inside & emphasised, larger)]
        )
        for points, size in layers:
            inner = size * _INNER
            if shapes is None or inner < _LEAST_INNER * ratio:
                self._stamp(across, down, colors, np.flatnonzero(points), size)
                continue
            # above the discs: their kinds are less frequent, and a hole belongs to one point
            discs, rings, dots = (np.flatnonzero(points & (shapes == shape)) for shape in Shape)
            self._stamp(across, down, colors, discs, size)
            self._stamp(across, down, colors, rings, size)
            self._stamp(across, down, np.full(len(colors), background, np.uint32), rings, inner)
            self._stamp(across, down, colors, dots, inner)
        return visible

    def _stamp(
        self,
        across: NDArray[np.float32],
        down: NDArray[np.float32],
        colors: NDArray[np.uint32],
        which: NDArray[np.intp],
        radius: float,
    ) -> None:
        """One pass over all points for each pixel of a point's disc."""
        if not len(which):
            return
        radius = min(radius, float(LARGEST_RADIUS))
        stride = self.pixels.shape[1]
        flat = self.pixels.reshape(-1)
        columns = across[which].astype(np.int32) + self.margin
        rows = down[which].astype(np.int32) + self.margin
        places = rows.astype(np.intp) * stride + columns
        own = colors[which]
        for row, column, cover in _disc(radius):
            at = places + (row * stride + column)
            flat[at] = own if cover >= 1 else _blended(flat[at], own, cover)


def _disc(radius: float) -> list[tuple[int, int, float]]:
    """Pixels of a disc as (row, column, share covered); soft edges only where they are seen."""
    if radius < 1:
        return [(0, 0, 1.0), (0, 1, 1.0), (1, 0, 1.0), (1, 1, 1.0)]
    if radius < 2:
        return [(r, c, 1.0) for r in (-1, 0, 1) for c in (-1, 0, 1) if abs(r) + abs(c) < 2]
    reach = int(np.ceil(radius))
    pixels = []
    for row in range(-reach, reach + 1):
        for column in range(-reach, reach + 1):
            cover = min(1.0, radius + 0.5 - float(np.hypot(row, column)))
            if cover > 0.05:
                pixels.append((row, column, cover))
    return sorted(pixels, key=lambda pixel: pixel[2])


def _blended(
    below: NDArray[np.uint32], above: NDArray[np.uint32], cover: float
) -> NDArray[np.uint32]:
    """Opaque colours mixed, two channels at a time."""
    share = np.uint32(round(cover * 256))
    rest = np.uint32(256) - share
    mask, green = np.uint32(0xFF00FF), np.uint32(0x00FF00)
    eight = np.uint32(8)
    outer = (((above & mask) * share + (below & mask) * rest) >> eight) & mask
    inner = (((above & green) >> eight) * share + ((below & green) >> eight) * rest) & green
    return np.uint32(0xFF000000) | outer | inner


def bounds_of(xy: NDArray[np.float32]) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of all points; a unit square where there are none."""
    if not len(xy):
        return (-1.0, -1.0, 1.0, 1.0)
    low, high = xy.min(axis=0), xy.max(axis=0)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def fitting(xy: NDArray[np.float32], width: int, height: int, border: int = 16) -> MapView:
    """The view in which all points are seen, one scale for both axes."""
    left, bottom, right, top = bounds_of(xy)
    across, up = max(right - left, 1e-6), max(top - bottom, 1e-6)
    scale = min(max(width - 2 * border, 1) / across, max(height - 2 * border, 1) / up)
    return MapView((left + right) / 2, (bottom + top) / 2, scale)
