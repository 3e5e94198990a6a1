"""The options that choose the network and its runtime, and the model that they describe."""

import argparse
import sys
from pathlib import Path
from typing import Any

from yamnet_gui.analysis import WeightsModel
from yamnet_gui.core.cached_files import CHECKSUMS
from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.text import percent
from yamnet_gui.yamnet import (
    RUNTIME_CHOICES,
    LiteRTError,
    RuntimeChoice,
    preparing_litert,
)

from .terminal import ProgressLine


def add_network(group: Any) -> None:
    """`--weights` and `--runtime`."""
    group.add_argument("--weights", type=Path, metavar="FILE", help="weights file of the network")
    group.add_argument(
        "--runtime",
        choices=RUNTIME_CHOICES,
        default="auto",
        help="what runs the network: LiteRT, TensorFlow, or auto: TensorFlow where there is a GPU,"
        " else LiteRT (default: auto)",
    )


def chosen_model(options: argparse.Namespace, *, remember: bool = True) -> WeightsModel:
    """The model that the options describe; `remember` stores the checksum of its weights.

    Where LiteRT's file is missing it is made now, which takes some seconds. Where that fails and
    LiteRT was not asked for by name, a note says so and TensorFlow is chosen. Raises WeightsError.
    """
    memo = user_cache_folder() / CHECKSUMS.folder if remember else None
    model = WeightsModel(options.weights, memo, options.runtime)
    if not prepare_network(model.path, model.sha256, model.runtime):
        model.runtime = "tensorflow"
    return model


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
