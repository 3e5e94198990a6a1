"""Fine-tuning: a model of one's own that begins with YAMNet's weights.

What runs in TensorFlow is in `yamnet`; here are the data, the settings, the course of training and
what is reported. The model file is `yamnet.ModelInfo` in the weights file that `yamnet.write_model`
writes and `yamnet.load_weights` reads.
"""

from .outcome import (
    Advice,
    ClassCount,
    ClassFigures,
    DataWarning,
    DoubtfulLabel,
    Drift,
    FinetunePlan,
    FinetuneProgress,
    Outcome,
    Stage,
    Way,
    WayFigures,
)
from .settings import DEPTHS, OUTPUTS, Depth, FinetuneSettings, Output, SoundChanges, bounds

__all__ = [
    "DEPTHS",
    "OUTPUTS",
    "Advice",
    "ClassCount",
    "ClassFigures",
    "DataWarning",
    "Depth",
    "DoubtfulLabel",
    "Drift",
    "FinetunePlan",
    "FinetuneProgress",
    "FinetuneSettings",
    "Outcome",
    "Output",
    "SoundChanges",
    "Stage",
    "Way",
    "WayFigures",
    "bounds",
]
