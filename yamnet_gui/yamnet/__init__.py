"""The model: weights, front end, network and the analysis of a stream of samples.

Importing this package imports neither TensorFlow nor h5py; building a network does. The download
(`fetch`) is imported by who needs it, as it needs HTTP and TLS.
"""

from .analyzer import Analyzer, PatchNetwork, frame_count, start_sample
from .front_end import LogMel, log_mel
from .litert_file import litert_is_installed, litert_is_stored, making_litert, stored_litert
from .litert_network import LiteRTError
from .model_info import EpochFigures, ModelInfo, ModelOutput, TrainedOn
from .network import RUNTIME_CHOICES, Network, RuntimeChoice, RuntimeName
from .runtimes import (
    expected_runtime,
    load_network,
    loading_network,
    preparing_litert,
)
from .weights import (
    PUBLISHED_SHA256,
    PUBLISHED_SIZE,
    PUBLISHED_URL,
    Weights,
    WeightsFile,
    find_weights,
    inspect_weights,
    load_weights,
    use_weights,
    weights_folder,
    write_model,
)

__all__ = [
    "PUBLISHED_SHA256",
    "PUBLISHED_SIZE",
    "PUBLISHED_URL",
    "RUNTIME_CHOICES",
    "Analyzer",
    "EpochFigures",
    "LiteRTError",
    "LogMel",
    "ModelInfo",
    "ModelOutput",
    "Network",
    "PatchNetwork",
    "RuntimeChoice",
    "RuntimeName",
    "TrainedOn",
    "Weights",
    "WeightsFile",
    "expected_runtime",
    "find_weights",
    "frame_count",
    "inspect_weights",
    "litert_is_installed",
    "litert_is_stored",
    "load_network",
    "load_weights",
    "loading_network",
    "log_mel",
    "making_litert",
    "preparing_litert",
    "start_sample",
    "stored_litert",
    "use_weights",
    "weights_folder",
    "write_model",
]
