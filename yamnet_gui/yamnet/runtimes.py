"""Which runtime runs the network, and the network loaded in it."""

import logging
import os
import sys
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path

from yamnet_gui.core.pipeline import completed

from ._tensorflow import import_tensorflow, tensorflow_is_installed
from .litert_file import litert_is_installed, litert_is_stored, making_litert, stored_litert
from .litert_network import LiteRTError, LiteRTNetwork
from .network import Network, RuntimeChoice, RuntimeName
from .tensorflow_network import TensorFlowNetwork
from .weights import WeightsFile, inspect_weights, load_weights, required_weights

_GPU_DEVICES = ("/dev/nvidia0", "/dev/dxg", "/dev/kfd")  # NVIDIA; Windows' subsystem; AMD
_log = logging.getLogger(__name__)


def load_network(
    path: Path | None = None,
    batch: int | None = None,
    runtime: RuntimeChoice = "auto",
    file: WeightsFile | None = None,
) -> Network:
    """The network of `loading_network`, once it is loaded."""
    return completed(loading_network(path, batch, runtime, file))


def loading_network(
    path: Path | None = None,
    batch: int | None = None,
    runtime: RuntimeChoice = "auto",
    file: WeightsFile | None = None,
) -> Generator[float, None, Network]:
    """Loads the network with the weights in `path`, else with those that `find_weights` finds.

    `batch` is how many patches it runs at a time (None: what suits the runtime); `file` saves
    reading the weights where LiteRT needs only to know which they are. Where LiteRT's file is
    missing it is made first, which takes two seconds: the generator yields the fraction done, and
    closing it stops that. It returns the network. With "auto" TensorFlow takes over where LiteRT
    cannot be used, and the network's `note` says why.

    Raises WeightsError where there are no weights, where they are broken, or where the runtime that
    was asked for, or with "auto" both, cannot be used.
    """
    weights_path = required_weights(path)
    note = ""
    if runtime == "litert" or (runtime == "auto" and litert_is_installed() and not has_gpu()):
        try:
            return (yield from _litert(weights_path, batch, file))
        except LiteRTError as error:
            if runtime == "litert":
                raise
            note = f"{error.subject}: {error.reason} — TensorFlow runs the network instead"
            _log.warning("%s", note)
    weights = load_weights(weights_path)
    network = TensorFlowNetwork(weights, batch) if batch else TensorFlowNetwork(weights)
    network.note = note
    return network


def expected_runtime(choice: RuntimeChoice) -> RuntimeName:
    """The runtime that `load_network` begins with; nothing is loaded to answer."""
    if choice == "auto":
        may_have_gpu = _may_have_gpu() and tensorflow_is_installed()
        return "litert" if litert_is_installed() and not may_have_gpu else "tensorflow"
    return choice


def preparing_litert(
    weights: Path, identity: str, choice: RuntimeChoice
) -> Generator[float, None, None]:
    """Makes LiteRT's file of weights where it will be needed and is missing; loads no network.

    Yields how far it is; closing the generator ends it. Raises LiteRTError and WeightsError.
    """
    if expected_runtime(choice) == "litert" and not litert_is_stored(weights, identity):
        yield from making_litert(weights, identity)


def has_gpu() -> bool:
    """Whether TensorFlow has a GPU; imports it only where there may be one."""
    if not (_may_have_gpu() and tensorflow_is_installed()):
        return False
    return bool(import_tensorflow().config.list_physical_devices("GPU"))


def _may_have_gpu() -> bool:
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0") in ("", "-1"):
        return False
    if sys.platform == "linux":
        return any(map(os.path.exists, _GPU_DEVICES))
    # elsewhere GPUs come to TensorFlow by plug-ins, for which it looks in this folder
    return find_spec("tensorflow-plugins") is not None


def _litert(
    path: Path, batch: int | None, file: WeightsFile | None
) -> Generator[float, None, LiteRTNetwork]:
    """Raises LiteRTError and WeightsError."""
    if not litert_is_installed():
        raise LiteRTError("LiteRT", "is not installed (the package ai-edge-litert)")
    file = file or inspect_weights(path)
    content = stored_litert(path, file.identity)
    if content is None:
        content = yield from making_litert(path, file.identity)
    try:
        return LiteRTNetwork(content, file, batch) if batch else LiteRTNetwork(content, file)
    except (ImportError, OSError) as error:  # a library of the system that is missing or too old
        raise LiteRTError("LiteRT", f"cannot be loaded ({error})") from error
    except (ValueError, RuntimeError) as error:
        raise LiteRTError(path, f"LiteRT cannot run the network ({error})") from error
