"""The options that choose the network and its runtime, and the model that they describe."""

import argparse
import sys
from pathlib import Path
from typing import Any

from yamnet_gui.analysis import WeightsModel
from yamnet_gui.core.cached_files import CHECKSUMS
from yamnet_gui.core.errors import SettingsError, WeightsError
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.text import percent
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.project_model import project_model
from yamnet_gui.yamnet import (
    RUNTIME_CHOICES,
    LiteRTError,
    RuntimeChoice,
    preparing_litert,
)
from yamnet_gui.yamnet.model_library import model_path, model_with_identity

from .terminal import ProgressLine


def add_network(group: Any) -> None:
    """`--weights`, `--model` and `--runtime`."""
    group.add_argument("--weights", type=Path, metavar="FILE", help="weights file of the network")
    group.add_argument(
        "--model",
        metavar="MODEL",
        help="a fine-tuned model instead of YAMNet: its file, or its name under Tools › Models",
    )
    group.add_argument(
        "--runtime",
        choices=RUNTIME_CHOICES,
        default="auto",
        help="what runs the network: LiteRT, TensorFlow, or auto: TensorFlow where there is a GPU,"
        " else LiteRT (default: auto)",
    )


def chosen_model(
    options: argparse.Namespace, *, remember: bool = True, project: Project | None = None
) -> WeightsModel:
    """The model that the options describe; `remember` stores the checksum of its weights.

    Where they name none, it is that of the `project`.

    Where LiteRT's file is missing it is made now, which takes some seconds. Where that fails and
    LiteRT was not asked for by name, a note says so and TensorFlow is chosen. Raises WeightsError
    and SettingsError.
    """
    memo = user_cache_folder() / CHECKSUMS.folder if remember else None
    path = named_weights(options)
    if path is None and project is not None:
        path = _model_of(project)
    model = WeightsModel(path, memo, options.runtime)
    if not prepare_network(model.path, model.sha256, model.runtime):
        model.runtime = "tensorflow"
    return model


def named_weights(options: argparse.Namespace) -> Path | None:
    """The file that `--weights` or `--model` names; None: neither. Raises SettingsError."""
    if options.model is not None and options.weights is not None:
        raise SettingsError("--model", "cannot be combined with --weights")
    return options.weights if options.model is None else model_path(options.model)


def _model_of(project: Project) -> Path | None:
    """The file of the model that a project is made with; None: YAMNet. Raises WeightsError."""
    chosen = project_model(project)
    if chosen is None:
        return None
    path = model_with_identity(chosen.identity)
    if path is None:
        reason = "the model of this project is not among your models"
        advice = "add its file with `yamnet-gui models add FILE`, or name another one by --model"
        raise WeightsError(chosen.name, reason, advice)
    return path


def prepare_network(path: Path, identity: str, runtime: RuntimeChoice = "auto") -> bool:
    """Makes LiteRT's file of weights where it will be needed and is missing; shows progress.

    False where it cannot be made, which a note then says. Raises LiteRTError where LiteRT was asked
    for by name.
    """
    try:
        with ProgressLine() as line:
            for fraction in preparing_litert(path, identity, runtime):
                line.show(f"preparing the network, once for these weights: {percent(fraction)}")
    except LiteRTError as error:
        if runtime == "litert":
            raise
        reason = f"{error.subject}: {error.reason}"
        print(f"note: {reason} — TensorFlow runs the network instead", file=sys.stderr)
        return False
    except WeightsError:  # broken ones: said where they have to run, which stored results need not
        return True
    return True
