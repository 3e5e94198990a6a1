"""The embedding of digital silence, remembered for each model."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.cached_files import SILENCE
from yamnet_gui.core.files import replacing
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.model_parameters import EMBEDDING_SIZE

from .augmentation import silence_of
from .model import Model


def silence_embedding(model: Model, folder: Path | None = None) -> NDArray[np.float32]:
    """The model's embedding of silence, float32 (1024,); runs the network only the first time."""
    folder = folder or user_cache_folder() / SILENCE.folder
    path = folder / f"{model.sha256}.npy"
    try:
        embedding = np.load(path, allow_pickle=False)
        if (
            embedding.shape == (EMBEDDING_SIZE,)
            and embedding.dtype == np.float32
            and np.isfinite(embedding).all()
        ):
            return embedding
    except (OSError, ValueError, EOFError):
        pass
    made = silence_of(model.network())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as beside, beside.open("wb") as file:
            np.save(file, made)
    except OSError:
        pass  # it is computed again
    return made
