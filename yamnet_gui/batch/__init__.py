"""One or many recordings through the model: analyses, their cache, and batches that survive."""

from .analyse import AnalysisProgress, analyse_recording, cached_analysis, finished
from .analysis import Analysis
from .cache import DEFAULT_LIMIT_BYTES, ResultCache, user_cache_folder
from .model import LoadedModel, Model, WeightsModel
from .settings import AnalysisSettings

__all__ = [
    "DEFAULT_LIMIT_BYTES",
    "Analysis",
    "AnalysisProgress",
    "AnalysisSettings",
    "LoadedModel",
    "Model",
    "ResultCache",
    "WeightsModel",
    "analyse_recording",
    "cached_analysis",
    "finished",
    "user_cache_folder",
]
