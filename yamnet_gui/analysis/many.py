"""Many recordings through the network, so that a short one costs little more than its sound."""

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import UserError, WeightsError
from yamnet_gui.core.pipeline import prefetched
from yamnet_gui.core.threads import BLAS_THREADS
from yamnet_gui.yamnet.packing import Packer

from .analyse import AnalysisProgress, analyse_recording, replayed
from .cache import ResultCache
from .events_of import EventsProgress, EventsRequest, events_of_steps
from .model import Model
from .settings import AnalysisSettings
from .short import Prepared, prepare

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ManyProgress:
    """A step of the recording `place` (from 0), or the `error` that ended it."""

    place: int
    progress: EventsProgress | None = None
    error: Exception | None = None


def many_recording_events(
    paths: Iterable[Path], model: Model, request: EventsRequest, cache: ResultCache | None = None
) -> Generator[ManyProgress, None, None]:
    """What `recording_events` gives for each of the recordings, in their order.

    Short ones share the batches of the network, are prepared in another thread while it runs, and
    come in one step. Whatever goes wrong with one comes as its `error` and does not stop the
    others. Closing the generator stops within a chunk. Raises WeightsError.
    """
    prepared = prefetched(prepare(Path(p), model, request.settings, cache) for p in paths)
    with (
        BLAS_THREADS.one(),
        closing(prepared),
        closing(Packer[Prepared](model.network).run(prepared)) as scored,
    ):
        for place, (item, scores, embeddings) in enumerate(scored):
            steps = _analysed(item, (scores, embeddings), model, request.settings, cache)
            try:
                with closing(steps):
                    yield from (
                        ManyProgress(place, step) for step in events_of_steps(steps, request, model)
                    )
            except WeightsError:
                raise
            except Exception as error:  # noqa: BLE001 - one recording must not stop the others
                yield ManyProgress(place, error=error)


def _analysed(
    item: Prepared,
    rows: tuple[Floats, Floats],
    model: Model,
    settings: AnalysisSettings,
    cache: ResultCache | None,
) -> Generator[AnalysisProgress, None, None]:
    if item.error is not None:
        raise item.error
    if item.short is not None:
        yield item.short.finish(*rows, model, cache)
    elif item.stored is not None:
        yield from replayed(item.stored)
    else:
        steps = analyse_recording(item.path, model, settings, cache)
        with closing(cast(Generator[AnalysisProgress, None, None], steps)):
            yield from steps


def reason_of(error: Exception) -> str:
    """What is wrong with a recording, as the report of a run states it."""
    if isinstance(error, UserError):
        return error.reason + (f" — {error.advice}" if error.advice else "")
    return f"cannot be analysed ({type(error).__name__}: {error})"
