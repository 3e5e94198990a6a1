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
from .planning import plan
from .run import fine_tune
from .settings import DEPTHS, OUTPUTS, Depth, FinetuneSettings, Output, SoundChanges, bounds
from .sounds import DataChoice, TrainingData, TrainingSound, sounds_of_project, training_data

__all__ = [
    "DEPTHS",
    "OUTPUTS",
    "Advice",
    "ClassCount",
    "ClassFigures",
    "DataChoice",
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
    "TrainingData",
    "TrainingSound",
    "Way",
    "WayFigures",
    "bounds",
    "fine_tune",
    "plan",
    "sounds_of_project",
    "training_data",
]
