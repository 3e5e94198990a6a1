"""One recording through the model and everything that follows: scores, envelopes, events."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .analyse import AnalysisProgress, analyse_recording, cached_analysis, finished
    from .augmentation import (
        Augmentation,
        SoundExample,
        augmented_examples,
        embedded_copies,
        samples_of,
    )
    from .cache import DEFAULT_LIMIT_BYTES, ResultCache
    from .custom_classes import (
        custom_class_rule,
        load_classifiers,
        with_custom_classes,
        with_custom_rules,
        with_custom_scores,
    )
    from .envelopes import add_envelopes, stored_envelopes
    from .event_table import EventTable
    from .events_of import (
        EventsProgress,
        EventsRequest,
        RecordingEvents,
        events_of_analysis,
        recording_events,
        result_of,
    )
    from .model import AbsentModel, LoadedModel, Model, WeightsModel, classes_of, loading
    from .result import Analysis
    from .settings import AnalysisSettings
    from .silence import silence_embedding

__all__ = [
    "DEFAULT_LIMIT_BYTES",
    "AbsentModel",
    "Analysis",
    "AnalysisProgress",
    "AnalysisSettings",
    "Augmentation",
    "EventTable",
    "EventsProgress",
    "EventsRequest",
    "LoadedModel",
    "Model",
    "RecordingEvents",
    "ResultCache",
    "SoundExample",
    "WeightsModel",
    "add_envelopes",
    "analyse_recording",
    "augmented_examples",
    "cached_analysis",
    "classes_of",
    "custom_class_rule",
    "embedded_copies",
    "events_of_analysis",
    "finished",
    "load_classifiers",
    "loading",
    "recording_events",
    "result_of",
    "samples_of",
    "silence_embedding",
    "stored_envelopes",
    "with_custom_classes",
    "with_custom_rules",
    "with_custom_scores",
]

_HOME = {
    "AbsentModel": "model",
    "Analysis": "result",
    "AnalysisProgress": "analyse",
    "AnalysisSettings": "settings",
    "Augmentation": "augmentation",
    "DEFAULT_LIMIT_BYTES": "cache",
    "EventTable": "event_table",
    "EventsProgress": "events_of",
    "EventsRequest": "events_of",
    "LoadedModel": "model",
    "Model": "model",
    "RecordingEvents": "events_of",
    "ResultCache": "cache",
    "SoundExample": "augmentation",
    "WeightsModel": "model",
    "add_envelopes": "envelopes",
    "analyse_recording": "analyse",
    "augmented_examples": "augmentation",
    "cached_analysis": "analyse",
    "classes_of": "model",
    "embedded_copies": "augmentation",
    "events_of_analysis": "events_of",
    "finished": "analyse",
    "load_classifiers": "custom_classes",
    "loading": "model",
    "recording_events": "events_of",
    "result_of": "events_of",
    "samples_of": "augmentation",
    "silence_embedding": "silence",
    "stored_envelopes": "envelopes",
    "custom_class_rule": "custom_classes",
    "with_custom_classes": "custom_classes",
    "with_custom_rules": "custom_classes",
    "with_custom_scores": "custom_classes",
}


def __getattr__(name: str) -> Any:
    """Loads a module when a name of it is first wanted: the window starts sooner without most."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
