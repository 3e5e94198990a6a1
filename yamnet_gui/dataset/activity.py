"""Activity of a dataset: its events by class and hour, as those of a project are counted.

Nothing in it is decided, calibrated or drawn as a sample: every event counts, and of none it is
known how likely it is.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.labels.exchange.activity import ActivityGrid
from yamnet_gui.labels.exchange.activity_cells import Cell, cells_in
from yamnet_gui.labels.project import Recording

from .column_file import Columns
from .events import DatasetEvents, recorded_at


def dataset_activity(events: DatasetEvents) -> ActivityGrid:
    """Counts all events by label and by hour in each recording; `recordings` have the ids that they
    have in the dataset. Makes the columns first where they are not there. Raises DatasetError."""
    recordings = _recordings(events)
    return events.of_columns(lambda queries: _counted(queries.columns, recordings))


def _counted(made: Columns, recordings: tuple[Recording, ...]) -> ActivityGrid:
    number_of = {recording_id: k for k, (recording_id, _) in enumerate(made.recordings)}
    cells: list[Cell] = []
    found: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
    for number, recording in enumerate(recordings):
        check_stopped()
        of = number_of.get(recording.id)
        rows = slice(0, 0) if of is None else slice(*made.starts[of : of + 2].tolist())
        own, place = cells_in(number, recording, made.column["onset"][rows])
        codes = made.column["label"][rows].astype(np.int64) * len(own) + place
        pairs, counts = np.unique(codes, return_counts=True)
        found.append((pairs // len(own), len(cells) + pairs % len(own), counts))
        cells += own
    label, cell, counts = (
        np.concatenate([np.empty(0, np.int64), *column])
        for column in (zip(*found, strict=True) if found else ((), (), ()))
    )
    used, label = np.unique(label, return_inverse=True)
    return ActivityGrid(
        recordings,
        tuple(recording.path for recording in recordings),
        tuple(cells),
        tuple(made.labels[k] for k in used.tolist()),
        label,
        cell,
        counts,
        np.zeros(len(counts)),
        counts,
        {},
    )


def _recordings(events: DatasetEvents) -> tuple[Recording, ...]:
    rows = events.dataset.ask(
        "SELECT recording, any_value(file), any_value(duration_s), any_value(epoch_us(start_utc)),"
        " any_value(utc_offset_min) FROM recordings GROUP BY recording ORDER BY 2, 1"
    )
    return tuple(
        Recording(str(key), str(file), duration_s=seconds, recorded_at=recorded_at(start, offset))
        for key, file, seconds, start, offset in rows
    )
