"""TensorFlow, imported late and quietly."""

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from yamnet_gui.core.added_packages import how_to_install
from yamnet_gui.core.errors import WeightsError

from ._quiet import without_noise

_lock = threading.Lock()


def import_tensorflow() -> Any:
    """The `tensorflow` module, imported without its messages about CPUs and missing GPUs.

    GPUs are set to compute in full single precision and to take memory as they need it. Raises
    WeightsError where it is not installed or cannot be loaded.
    """
    with _lock:
        if sys.modules.get("tensorflow") is None:
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
            with without_noise(), _without_keras():
                loaded = _imported()
            use_gpus_exactly(loaded)
            # The modules stay for good: looking through their half a million objects at every
            # collection of garbage would hold a window up for a tenth of a second.
            gc.freeze()
        import tensorflow

    return tensorflow


def _imported() -> Any:
    try:
        _map_libraries()
        import tensorflow
    except ImportError as error:  # also where a library of the system is missing or too old
        reason, advice = "is not installed", how_to_install("tensorflow")
        if tensorflow_is_installed():
            reason, advice = f"cannot be loaded ({error})", "install it anew"
        advice = f"{advice}, or choose LiteRT as the runtime"
        raise WeightsError("TensorFlow", reason, advice) from error
    return tensorflow


def tensorflow_is_installed() -> bool:
    """Whether TensorFlow is there; looks without importing it."""
    try:
        return find_spec("tensorflow") is not None
    except ValueError:  # it is being imported, or was made to look absent
        return sys.modules.get("tensorflow") is not None


def _map_libraries() -> None:
    """Loads TensorFlow's own libraries without holding Python's lock.

    The import would hold it for the third of a second that this takes, and with it every other
    thread. A function called through ctypes lets the lock go. Where anything is different from
    what is expected, the import itself loads them.
    """
    if sys.platform != "linux":
        return
    spec = find_spec("tensorflow") if tensorflow_is_installed() else None
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        return
    try:
        load = ctypes.CDLL(None).dlopen
    except (OSError, AttributeError):
        return
    load.restype = ctypes.c_void_p
    load.argtypes = [ctypes.c_char_p, ctypes.c_int]
    for name in ("libtensorflow_framework.so.2", "libtensorflow_cc.so.2"):
        path = Path(folders[0]) / name
        if path.is_file():
            load(os.fsencode(path), os.RTLD_NOW | os.RTLD_LOCAL)


def use_gpus_exactly(tf: Any) -> None:
    """Switches off TF32, whose ten bits would move scores, and claiming all memory at once."""
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        tf.config.experimental.enable_tensor_float_32_execution(False)
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)


@contextmanager
def _without_keras() -> Iterator[None]:
    """Makes Keras look absent, which TensorFlow allows and which saves a third of its import.

    Keras in turn imports scikit-learn, pyarrow and more where they are installed. It can still be
    imported afterwards.
    """
    if "keras" in sys.modules:
        yield
        return
    sys.modules["keras"] = None  # type: ignore[assignment]  # `import keras` then fails
    try:
        yield
    finally:
        del sys.modules["keras"]
