"""Scores: a row per shown class as a heat map, and the curve of the chosen class."""

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen

from yamnet_gui.core.text import threshold_text
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.gui.state.score_buffer import ScoreBuffer
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.theme import Theme, class_color

from .colormaps import color_table
from .layer import Layer, argb, between, draw_codes, draw_pixels
from .plot_view import PlotArea, smaller
from .track import Track

_GRAB_PIXELS = 5
_SWATCH_PIXELS = 4
_LEAST_LETTERS = 9
"""Pixels of a row from which on its name can be read."""


def score_title(name: str, document: Document) -> str:
    """A class, and whose scores of it are drawn where that is not the mix."""
    note = document.channel_note
    return f"{name}  ·  {note}" if note else name


class HeatLayer(Layer):
    """One row per shown class, each pixel column the largest score in it."""

    def __init__(
        self,
        area: PlotArea,
        timeline: Timeline,
        document: Document,
        classes: ClassView,
        class_map: ClassMapState,
        theme: Theme,
    ) -> None:
        super().__init__(area, timeline, z=5)
        self._document = document
        self._classes = classes
        self._class_map = class_map
        self.theme = theme

    def row_edges(self) -> list[int]:
        """Borders of the rows in pixels from the top."""
        count = max(len(self._classes.shown), 1)
        return [round(self.height * i / count) for i in range(count + 1)]

    def draw(self, painter: QPainter, scale: float) -> None:
        shown = self._classes.shown
        scores = self._document.scores
        if not shown:
            if self.timeline.duration_s > 0:
                empty = "no classes are shown" if scores else "no scores yet: analyse the recording"
                self.draw_message(painter, empty, self.theme.dim_text)
            return
        view = self.timeline.view
        edges = self.row_edges()
        columns = max(1, round(self.width * scale))
        rows = np.zeros((len(shown), columns), np.uint32)
        if scores is not None:
            levels = scores.columns(shown, view.start_s, view.end_s, columns)
            np.take(color_table("heat-dark" if self.theme.dark else "heat-light"), levels, out=rows)
        colors = [argb(class_color(index).name()) for index in shown]
        rows[:, : round(_SWATCH_PIXELS * scale)] = np.array(colors, np.uint32)[:, None]
        places = np.round(np.array(edges) * scale).astype(int)
        pixels = np.repeat(rows, np.diff(places), axis=0)
        for thick in range(max(1, round(scale))):  # a line below each row
            pixels[np.maximum(places[1:] - 1 - thick, 0)] = argb(self.theme.grid)
        draw_pixels(painter, pixels, scale)
        if self._classes.chosen in shown:
            row = shown.index(self._classes.chosen)
            painter.setPen(QPen(QColor(self.theme.accent), 1))
            tall = edges[row + 1] - edges[row] - 1
            painter.drawRect(QRectF(0, edges[row], self.width - 1, tall))
        self.draw_note(painter, self._document.channel_note, self.theme)


class HeatTrack(Track):
    """Heat map of the shown classes. A click chooses the class of the row."""

    def __init__(self, classes: ClassView, class_map: ClassMapState, *arguments: object) -> None:
        super().__init__("Scores", *arguments)  # type: ignore[arg-type]
        self._classes = classes
        self._class_map = class_map
        self._layer = HeatLayer(
            self.area, self.timeline, self.document, classes, class_map, self.theme
        )
        self.area.resized.connect(self._name_rows)
        classes.shown_changed.connect(self._name_rows)
        for signal in (
            classes.shown_changed,
            classes.chosen_changed,
            self.document.scores_changed,
        ):
            signal.connect(self._layer_update)

    def set_theme(self, theme: Theme) -> None:
        if hasattr(self, "_layer"):
            self._layer.theme = theme
        super().set_theme(theme)

    def _name_rows(self, *_arguments: object) -> None:
        """Writes the classes beside their rows."""
        edges = self._layer.row_edges()
        low = min((below - above for above, below in pairwise(edges)), default=0)
        part = min(low / max(QFontMetricsF(self.font()).height() - 3, 1), 1.0)
        metrics = QFontMetricsF(smaller(self.font(), part))
        marks = []
        for row, index in enumerate(self._classes.shown):
            if low < _LEAST_LETTERS:
                break  # rows too low to be named: the tooltip does
            middle = (edges[row] + edges[row + 1]) / 2
            name = self._class_map.value[index].name
            room = self.axis.width - 10
            short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            marks.append((1 - middle / max(self.area.height(), 1), short))
        self.axis.set_marks(marks, part)

    def class_at(self, position: QPointF) -> int | None:
        """The class whose row lies at a position."""
        edges = self._layer.row_edges()
        for row, index in enumerate(self._classes.shown):
            if edges[row] <= position.y() < edges[row + 1]:
                return index
        return None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        class_index = self.class_at(self.area_position(event.position()))
        if class_index is not None and self.timeline.selection is None:
            self._classes.choose(class_index)
        super().mouseReleaseEvent(event)

    def hover_text(self, position: QPointF) -> str:
        class_index = self.class_at(position)
        scores = self.document.scores
        if class_index is None or scores is None:
            return ""
        time_s = self.time_at(position.x())
        at = scores.at(time_s)
        value = "not analysed yet" if at is None else f"score {at[class_index]:.3f}"
        name = score_title(self._class_map.value[class_index].name, self.document)
        return f"{name}\n{self.timeline.time_text(time_s)}: {value}"

    def _layer_update(self) -> None:
        self._layer.redraw()


class CurveLayer(Layer):
    """Steps of the chosen class's score, and its thresholds."""

    def __init__(
        self,
        area: PlotArea,
        timeline: Timeline,
        document: Document,
        classes: ClassView,
        class_map: ClassMapState,
        rules: Rules,
        theme: Theme,
    ) -> None:
        super().__init__(area, timeline, z=5)
        self._document = document
        self._classes = classes
        self._class_map = class_map
        self._rules = rules
        self.theme = theme

    def y_of(self, score: float) -> float:
        return (1 - score) * (self.height - 1)

    def draw(self, painter: QPainter, scale: float) -> None:
        chosen = self._classes.chosen
        if chosen is None:
            return
        color = class_color(chosen)
        scores = self._document.scores
        if scores is not None:
            self._draw_curve(painter, scores, chosen, color, scale)
        rule = self._rules.rule(chosen)
        self._threshold(painter, rule.on, solid=True)
        if rule.off < rule.on:
            self._threshold(painter, rule.off, solid=False)
        painter.setPen(QColor(self.theme.text))
        title = score_title(self._class_map.value[chosen].name, self._document)
        top = QFontMetricsF(painter.font()).ascent() + 2
        painter.drawText(QPointF(9, top), title)

    def _draw_curve(
        self, painter: QPainter, scores: ScoreBuffer, chosen: int, color: QColor, scale: float
    ) -> None:
        """Steps as pixels: a path of thousands of steep corners would take seconds to fill."""
        columns, rows = max(1, round(self.width * scale)), max(2, round(self.height * scale))
        view = self.timeline.view
        values = scores.columns((chosen,), view.start_s, view.end_s, columns)[0] / 255
        top = np.round((1 - values) * (rows - 1))
        before = np.concatenate((top[:1], top[:-1]))
        line = between(np.minimum(top, before), np.maximum(top, before) + 1, rows)
        below = between(top + 1, np.full(columns, rows), rows)
        colors = (0, argb(color.name(), 0.28), *[argb(color.name())] * 2)
        draw_codes(painter, 2 * line + below, colors, scale)

    def _threshold(self, painter: QPainter, value: float, solid: bool) -> None:
        y = round(self.y_of(value))
        style = Qt.PenStyle.SolidLine if solid else Qt.PenStyle.DotLine
        painter.setPen(QPen(QColor(self.theme.warning), 1, style))
        painter.drawLine(0, y, self.width, y)
        if not solid:
            return
        text = threshold_text(value)
        metrics = QFontMetricsF(painter.font())
        width = metrics.horizontalAdvance(text) + 10
        high = metrics.height()
        top = min(max(y - high / 2, 0), self.height - high)
        box = QRectF(self.width - width - 4, top, width, high)
        painter.fillRect(box, QColor(self.theme.warning))
        painter.setPen(QColor(self.theme.base))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class CurveTrack(Track):
    """The chosen class's score over time; its threshold line can be dragged."""

    threshold_moved = Signal(int, float, bool)  # class, value, whether the drag has ended

    def __init__(
        self, classes: ClassView, class_map: ClassMapState, rules: Rules, *arguments: object
    ) -> None:
        super().__init__("Score of the selected class", *arguments)  # type: ignore[arg-type]
        self._classes = classes
        self._class_map = class_map
        self._rules = rules
        self._layer = CurveLayer(
            self.area, self.timeline, self.document, classes, class_map, rules, self.theme
        )
        self.axis.set_marks([(0.0, "0"), (0.5, "0.5"), (1.0, "1")])
        for signal in (
            classes.chosen_changed,
            rules.changed,
            self.document.scores_changed,
        ):
            signal.connect(self._layer_update)

    def set_theme(self, theme: Theme) -> None:
        if hasattr(self, "_layer"):
            self._layer.theme = theme
        super().set_theme(theme)

    def press(self, position: QPointF) -> bool:
        self._pressed_rules = self._rules.rule_set
        return self._on_line(position)

    def cancel_drag(self) -> None:
        self._rules.set(self._pressed_rules)

    def drag(self, position: QPointF) -> None:
        self._move(position, ended=False)

    def drop(self, position: QPointF) -> None:
        self._move(position, ended=True)

    def hover_shape(self, position: QPointF) -> Qt.CursorShape:
        on = self._on_line(position)
        return Qt.CursorShape.SizeVerCursor if on else Qt.CursorShape.ArrowCursor

    def hover_text(self, position: QPointF) -> str:
        scores, chosen = self.document.scores, self._classes.chosen
        if scores is None or chosen is None:
            return ""
        time_s = self.time_at(position.x())
        at = scores.at(time_s)
        if at is None:
            return ""
        name = score_title(self._class_map.value[chosen].name, self.document)
        return f"{name}\n{self.timeline.time_text(time_s)}: score {at[chosen]:.3f}"

    def _on_line(self, position: QPointF) -> bool:
        chosen = self._classes.chosen
        if chosen is None:
            return False
        line = self._layer.y_of(self._rules.rule(chosen).on)
        return abs(position.y() - line) <= _GRAB_PIXELS

    def _move(self, position: QPointF, ended: bool) -> None:
        chosen = self._classes.chosen
        if chosen is not None:
            value = 1 - position.y() / max(self.area.height() - 1, 1)
            self.threshold_moved.emit(chosen, round(min(max(value, 0.01), 1.0), 2), ended)

    def _layer_update(self) -> None:
        self._layer.redraw()
