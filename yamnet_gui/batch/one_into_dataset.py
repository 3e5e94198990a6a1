"""One recording into a dataset, for notebooks: as a run of `analyze --dataset` adds it."""

from dataclasses import replace
from pathlib import Path

from yamnet_gui.analysis.cache import ResultCache
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.storage.notation import written
from yamnet_gui.dataset.info import is_dataset, read_info
from yamnet_gui.dataset.units import Contents

from .options import BatchOptions
from .plan import make_plan
from .run import run_batch


def add_to_dataset(
    folder: Path, recording: Path, options: BatchOptions, cache: ResultCache, contents: Contents
) -> None:
    """Adds a recording to a dataset, unless it is in it and has not changed; what is analysed is in
    the cache then. `contents` are those of a new dataset: one that is there goes on as it is.

    Raises UserError.
    """
    if is_dataset(folder):
        held = read_info(folder)
        contents = Contents(held.frames, held.embeddings, held.partition)
    wanted = replace(options, cache=cache.folder, dataset=folder, dataset_contents=contents)
    for progress in run_batch(make_plan((recording,)), wanted):
        if progress.summary is not None and progress.summary.failed:
            path, reason = progress.summary.failed[0]
            raise RecordingError(written(path), reason)
