"""One or many recordings through the model: analyses, their cache, and batches that survive."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .analyse import AnalysisProgress, analyse_recording, cached_analysis, finished
    from .analysis import Analysis
    from .augmentation import (
        Augmentation,
        SoundExample,
        augmented_examples,
        embedded_copies,
        samples_of,
    )
    from .cache import DEFAULT_LIMIT_BYTES, ResultCache, user_cache_folder
    from .embedded import VectorOptions, Vectors, vectors_of
    from .envelopes import add_envelopes
    from .fetching import fetched, is_address
    from .journal import Record
    from .model import LoadedModel, Model, WeightsModel
    from .options import BatchOptions, EventOptions
    from .plan import Plan, make_plan, printable
    from .run import BatchNews, BatchSummary, run_batch
    from .settings import AnalysisSettings
    from .silence import silence_embedding
    from .taught import (
        load_classifiers,
        taught_rule,
        with_taught_classes,
        with_taught_rules,
        with_taught_scores,
    )

__all__ = [
    "DEFAULT_LIMIT_BYTES",
    "Analysis",
    "AnalysisProgress",
    "AnalysisSettings",
    "Augmentation",
    "BatchNews",
    "BatchOptions",
    "BatchSummary",
    "EventOptions",
    "LoadedModel",
    "Model",
    "Plan",
    "Record",
    "ResultCache",
    "SoundExample",
    "VectorOptions",
    "Vectors",
    "WeightsModel",
    "add_envelopes",
    "analyse_recording",
    "augmented_examples",
    "cached_analysis",
    "embedded_copies",
    "fetched",
    "finished",
    "is_address",
    "load_classifiers",
    "make_plan",
    "printable",
    "run_batch",
    "samples_of",
    "silence_embedding",
    "taught_rule",
    "user_cache_folder",
    "vectors_of",
    "with_taught_classes",
    "with_taught_rules",
    "with_taught_scores",
]

_HOME = {
    "augmented_examples": "augmentation",
    "SoundExample": "augmentation",
    "silence_embedding": "silence",
    "samples_of": "augmentation",
    "embedded_copies": "augmentation",
    "Augmentation": "augmentation",
    "with_taught_scores": "taught",
    "with_taught_rules": "taught",
    "taught_rule": "taught",
    "with_taught_classes": "taught",
    "load_classifiers": "taught",
    "vectors_of": "embedded",
    "Vectors": "embedded",
    "VectorOptions": "embedded",
    "is_address": "fetching",
    "fetched": "fetching",
    "AnalysisProgress": "analyse",
    "analyse_recording": "analyse",
    "cached_analysis": "analyse",
    "finished": "analyse",
    "Analysis": "analysis",
    "DEFAULT_LIMIT_BYTES": "cache",
    "ResultCache": "cache",
    "user_cache_folder": "cache",
    "add_envelopes": "envelopes",
    "Record": "journal",
    "LoadedModel": "model",
    "Model": "model",
    "WeightsModel": "model",
    "BatchOptions": "options",
    "EventOptions": "options",
    "Plan": "plan",
    "make_plan": "plan",
    "printable": "plan",
    "BatchNews": "run",
    "BatchSummary": "run",
    "run_batch": "run",
    "AnalysisSettings": "settings",
}


def __getattr__(name: str) -> Any:
    """Loads a module when a name of it is first wanted: the window stands sooner without most."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
