"""The network, loaded before anything needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yamnet_gui.gui.background.debounced import Debounced

from .service import AutomaticService

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_AFTER_MS = 300  # until then the window is being shown


class NetworkPreparation(AutomaticService):
    """Prepares the network when the window has nothing else to do after starting."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        weights = context.services.weights
        self._starting = Debounced(self, _AFTER_MS, weights.prepare)
        if not weights.is_preparing:
            self._starting.start()
