"""One long recording on a cluster: workers share its sections, and the cache gets its result."""

import uuid
from pathlib import Path

from yamnet_gui.analysis.cache import ResultCache
from yamnet_gui.analysis.events_of import EventsRequest
from yamnet_gui.analysis.model import WeightsModel
from yamnet_gui.batch.options import BatchOptions, EventOptions
from yamnet_gui.batch.plan import Plan
from yamnet_gui.batch.run import run_batch
from yamnet_gui.detection import rules_to_json


def store_from_cluster(
    path: Path, model: WeightsModel, request: EventsRequest, cache: ResultCache, place: str
) -> None:
    """Analyses a recording on the cluster of this name; the cache, which its workers must see, has
    the result then, unless something is wrong with the recording. Raises UserError."""
    folder = cache.folder / "cluster"
    folder.mkdir(parents=True, exist_ok=True)
    events = None
    if request.rules is not None:  # for which doubtful frames are looked at again
        events = EventOptions(rules_to_json(request.rules, model.classes))
    options = BatchOptions(
        model.path,
        request.settings,
        cache=cache.folder,
        events=events,
        runtime=model.runtime,
        requested_runtime=model.runtime,
        vectors=folder / f"{uuid.uuid4().hex[:12]}.npz",  # of which the run makes nothing
    )
    for _ in run_batch(Plan((path.absolute(),)), options, cluster=place):
        pass
