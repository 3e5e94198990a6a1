"""One or many recordings through the model: analyses, their cache, and batches that survive."""

from .analyse import AnalysisProgress, analyse_recording, cached_analysis, finished
from .analysis import Analysis
from .cache import DEFAULT_LIMIT_BYTES, ResultCache, user_cache_folder
from .envelopes import add_envelopes
from .journal import Record
from .model import LoadedModel, Model, WeightsModel
from .options import BatchOptions, EventOptions
from .plan import Plan, make_plan, printable
from .run import BatchNews, BatchSummary, run_batch
from .settings import AnalysisSettings

__all__ = [
    "DEFAULT_LIMIT_BYTES",
    "Analysis",
    "AnalysisProgress",
    "AnalysisSettings",
    "BatchNews",
    "BatchOptions",
    "BatchSummary",
    "EventOptions",
    "LoadedModel",
    "Model",
    "Plan",
    "Record",
    "ResultCache",
    "WeightsModel",
    "add_envelopes",
    "analyse_recording",
    "cached_analysis",
    "finished",
    "make_plan",
    "printable",
    "run_batch",
    "user_cache_folder",
]
