"""One recording as a run of its own: what notebooks analyse, described as for the command line."""

from collections.abc import Sequence
from pathlib import Path

from yamnet_gui.analysis.custom_classes import with_custom_classes
from yamnet_gui.analysis.events_of import EventsRequest
from yamnet_gui.analysis.model import WeightsModel
from yamnet_gui.core.storage.notation import written
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
