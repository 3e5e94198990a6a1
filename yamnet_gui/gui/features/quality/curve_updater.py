"""Computes the precision-recall curve of the selected class in the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.background.latest import LatestJob

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.quality.evaluation import Curve, Measurement

ShowCurve = Callable[["Curve | None", str], None]
"""Shows the curve of a label; None: the label has none."""


class CurveUpdater:
    """One curve at a time: that of the class that was selected last."""

    def __init__(self, context: Context, parent: QObject) -> None:
        self._class_map = context.session.class_map
        self._background = LatestJob("curves", parent, context.shell.show_error)

    @property
    def busy(self) -> bool:
        return self._background.busy

    def cancel(self) -> None:
        self._background.cancel()

    def close(self) -> None:
        self._background.close()

    def update(
        self,
        measurement: Measurement,
        label: str,
        show: ShowCurve,
        on_failed: Callable[[UserError], None],
    ) -> None:
        """Computes the curve of `label` for the events that were measured."""
        from .jobs import CurveJob

        below = self._class_map.ontology if measurement.below else None
        job = CurveJob(
            measurement.on,
            measurement.rules,
            self._class_map.value,
            label,
            below,
            measurement.collar_s,
        )
        curves: list[Curve] = []

        def on_result(curve: Curve | None) -> None:
            if curve is not None:
                curves.append(curve)
                show(curve, label)

        def on_done() -> None:
            if not curves:
                show(None, label)

        self._background.run(job, on_result, on_failed, on_done)
