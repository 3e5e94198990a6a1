"""What happens by itself when a recording is opened or analysed; each service in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .closer_look import CloserLook
from .cursor_ranking import CursorRanking
from .edge_refinement import EdgeRefinement
from .embedding_storage import EmbeddingStorage
from .initial_analysis import InitialAnalysis
from .network_preparation import NetworkPreparation
from .service import AutomaticService
from .spectrogram_settings import SpectrogramPersistence

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


__all__ = ["AutomaticService", "make_automatic"]


def make_automatic(context: Context) -> tuple[AutomaticService, ...]:
    """Every such service of one window."""
    return (
        InitialAnalysis(context),
        NetworkPreparation(context),
        EdgeRefinement(context),
        CloserLook(context),
        CursorRanking(context),
        SpectrogramPersistence(context),
        EmbeddingStorage(context),
    )
