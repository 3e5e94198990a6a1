"""Work of fine-tuning: reading the choice of data, planning, training in a process of its own."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.fine_tuning import (
    DataChoice,
    FinetunePlan,
    FinetuneProgress,
    FinetuneSettings,
    TrainingData,
    plan,
    training_data,
)
from yamnet_gui.fine_tuning.own_process import FinetuneRequest, StopTraining, fine_tune_apart
from yamnet_gui.yamnet import WeightsFile
from yamnet_gui.yamnet.model_library import add_model, models_folder


@dataclass(frozen=True, slots=True)
class PlannedData:
    """What would be trained on, and what that takes."""

    data: TrainingData
    plan: FinetunePlan


@dataclass(frozen=True, slots=True)
class PlanJob:
    """Reads what the data are and what training takes. Raises UserError."""

    source: Path
    choice: DataChoice
    settings: FinetuneSettings

    def run(self) -> Iterator[PlannedData]:
        data = training_data(self.source, self.choice)
        yield PlannedData(data, plan(data, self.settings))


@dataclass(frozen=True, slots=True)
class TrainJob:
    """Trains; progress, at last the model among the user's models. Raises UserError."""

    data: TrainingData
    name: str
    settings: FinetuneSettings
    stop: StopTraining
    weights: Path | None = None

    def run(self) -> Iterator[FinetuneProgress | WeightsFile]:
        out = unfinished_model(self.name)
        out.parent.mkdir(parents=True, exist_ok=True)
        request = FinetuneRequest(self.data, out, self.settings, self.weights)
        with closing(fine_tune_apart(request, self.stop)) as steps:
            for step in steps:
                check_stopped()
                if step is None:
                    continue
                if step.outcome is not None:
                    yield add_model(out)
                    out.unlink(missing_ok=True)
                yield step


def unfinished_model(name: str) -> Path:
    """Where a model is trained: what was interrupted under this name goes on from there."""
    return models_folder() / "unfinished" / f"{name}.h5"
