"""Work on model files: listing, adding, removing, exporting."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.analysis.model_export import exporting_model
from yamnet_gui.yamnet import WeightsFile
from yamnet_gui.yamnet.exports import Exported, ExportFormat
from yamnet_gui.yamnet.model_library import ListedModel, add_model, listed_models, remove_model


class ListModelsJob:
    """Every model of the user: one list of `ListedModel`."""

    def run(self) -> Iterator[list[ListedModel]]:
        yield listed_models()


@dataclass(frozen=True, slots=True)
class AddModelJob:
    """Takes a copy of a model file. Raises WeightsError."""

    path: Path

    def run(self) -> Iterator[WeightsFile]:
        yield add_model(self.path)


@dataclass(frozen=True, slots=True)
class RemoveModelJob:
    """Removes one of the user's models. Raises WeightsError."""

    path: Path

    def run(self) -> Iterator[Path]:
        remove_model(self.path)
        yield self.path


@dataclass(frozen=True, slots=True)
class ExportModelJob:
    """Writes a model for other programs: fractions, at last `Exported`. Raises WeightsError."""

    model: Path
    out: Path
    form: ExportFormat

    def run(self) -> Iterator[float | Exported]:
        steps = exporting_model(self.model, self.out, self.form)
        try:
            while True:
                yield next(steps)
        except StopIteration as end:
            yield end.value
        finally:
            steps.close()
