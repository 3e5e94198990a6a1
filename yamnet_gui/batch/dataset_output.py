"""The dataset that a run adds its recordings to: what it is of, and what is in it already."""

from collections.abc import Sequence
from pathlib import Path

from yamnet_gui.analysis.model import WeightsModel
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import DatasetError
from yamnet_gui.dataset import (
    UNIT,
    Dataset,
    DatasetInfo,
    add_units,
    begin_dataset,
    check_lists,
    is_dataset,
    read_unit,
    recordings_to_mend,
)

from .journal import Journal, Record
from .options import BatchOptions


def begun_dataset(
    options: BatchOptions, model: WeightsModel, class_map: ClassMap
) -> DatasetInfo | None:
    """What the dataset of a run is of; None where none is wanted.

    Raises DatasetError where its folder is not ours, holds what cannot be counted together, or
    lacks what is needed to add to it: before the work, not after.
    """
    if options.dataset is None:
        return None
    contents = options.dataset_contents
    info = DatasetInfo(
        model.sha256,
        model.name,
        options.settings.to_json(),
        options.events.rules if options.events else None,
        options.event_choice(),
        tuple((c.name, c.mid) for c in class_map),
        contents.frames,
        contents.embeddings,
        contents.partition,
    )
    place = options.place_of(options.dataset)
    try:
        begin_dataset(options.dataset, info)
        check_lists(place)
    except DatasetError as error:
        if place == options.dataset:
            raise
        raise DatasetError(place, error.reason, error.advice) from error
    return info


def held_records(options: BatchOptions) -> dict[str, Record]:
    """Records of what the dataset holds already, by key; none where other outputs are wanted, too.
    Recordings of a day of which a file is missing or damaged are analysed anew, which mends it.

    Raises DatasetError.
    """
    if options.dataset is None or options.outputs != (options.dataset,):
        return {}
    place = options.place_of(options.dataset)  # where all of it is
    if not is_dataset(place):
        return {}
    with Dataset(place) as dataset:
        rows = dataset.ask(
            "SELECT recording, file, bytes, modified_ns, analysed_to_s - analysed_from_s"
            " FROM recordings"
        )
        lost = recordings_to_mend(dataset)
    return {
        str(key): Record(str(key), str(file), int(size), int(changed), audio_s=float(seconds))
        for key, file, size, changed, seconds in rows
        if str(key) not in lost
    }


def write_dataset(
    options: BatchOptions, info: DatasetInfo, journal: Journal, new: Sequence[Record]
) -> Path:
    """Adds the recordings that this run, or what was interrupted of it, has analysed.

    Raises DatasetError, also where what a worker wrote of one is not there any more: nothing is
    added then, and the run stays.
    """
    assert options.dataset is not None
    parts = [journal.part(record, UNIT) for record in new]
    for record, part in zip(new, parts, strict=True):
        if not part.is_whole():
            raise DatasetError(
                record.file,
                f"its part of the dataset is missing in {journal.folder}",
                "give the same command again: it is analysed anew, and the others stay",
            )
    units = [read_unit(part.path) for part in parts]
    place = options.place_of(options.dataset)
    add_units(options.dataset, info, units, place if place != options.dataset else None)
    return options.dataset
