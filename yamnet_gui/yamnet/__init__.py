"""The model: weights, front end, network and the analysis of a stream of samples.

Importing this package imports neither TensorFlow nor h5py; building a network does.
"""

from .analyzer import Analyzer, PatchNetwork, frame_count, start_sample
from .fetch import fetch_weights
from .front_end import LogMel, log_mel
from .network import DEFAULT_BATCH, Network, load_network
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
)

__all__ = [
    "DEFAULT_BATCH",
    "PUBLISHED_SHA256",
    "PUBLISHED_SIZE",
    "PUBLISHED_URL",
    "Analyzer",
    "LogMel",
    "Network",
    "PatchNetwork",
    "Weights",
    "WeightsFile",
    "fetch_weights",
    "find_weights",
    "frame_count",
    "inspect_weights",
    "load_network",
    "load_weights",
    "log_mel",
    "start_sample",
    "use_weights",
    "weights_folder",
]
