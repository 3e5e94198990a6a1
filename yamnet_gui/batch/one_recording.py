"""One recording as a run of its own: what notebooks analyse, described as for the command line."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from yamnet_gui.analysis.cache import ResultCache
from yamnet_gui.analysis.custom_classes import with_custom_classes
from yamnet_gui.analysis.events_of import EventsRequest
from yamnet_gui.analysis.model import WeightsModel
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.storage.notation import written
from yamnet_gui.dataset.info import is_dataset, read_info
from yamnet_gui.dataset.units import Contents
from yamnet_gui.detection import rules_to_json

from .options import BatchOptions, EventOptions


def options_of_one(
    model: WeightsModel,
    request: EventsRequest,
    recording: Path,
    *,
    one_per_sound: bool,
    classifiers: Sequence[Path] = (),
) -> BatchOptions:
    """What a run would be asked for; `classifiers` are the files of those in the request."""
    class_map = with_custom_classes(model.classes, request.classifiers)
    rules = rules_to_json(request.rules, class_map) if request.rules is not None else {}
    return BatchOptions(
        model.path,
        request.settings,
        events=EventOptions(rules, request.classes, request.top, one_per_sound=one_per_sound),
        classifiers=tuple(classifiers),
        runtime=model.runtime,
        requested_runtime=model.runtime,
        command=("yamnet_gui.analyze", written(recording)),
    )


def add_to_dataset(
    folder: Path, recording: Path, options: BatchOptions, cache: ResultCache, contents: Contents
) -> None:
    """Adds a recording to a dataset, unless it is in it and has not changed; what is analysed is in
    the cache then. `contents` are those of a new dataset: one that is there goes on as it is.

    Raises UserError.
    """
    from .plan import make_plan
    from .run import run_batch

    if is_dataset(folder):
        held = read_info(folder)
        contents = Contents(held.frames, held.embeddings, held.partition)
    wanted = replace(options, cache=cache.folder, dataset=folder, dataset_contents=contents)
    for progress in run_batch(make_plan((recording,)), wanted):
        if progress.summary is not None and progress.summary.failed:
            path, reason = progress.summary.failed[0]
            raise RecordingError(written(path), reason)
