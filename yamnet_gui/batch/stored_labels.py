"""The labels of a run's recordings, read from their parts when they are written as a table."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import overload

from yamnet_gui.analysis.event_table import read_event_table
from yamnet_gui.audio import in_zone
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.resources import ontology_of
from yamnet_gui.core.text import counted
from yamnet_gui.labels.formats import label_format
from yamnet_gui.labels.formats.base import Capability

from .options import BatchOptions
from .parts import Part


class StoredLabels(Sequence[LabelledRecording]):
    """One recording at a time, so that memory does not grow with their number; raises SettingsError
    where a part is broken. The last one read is held.

    Start times without a zone are taken as of `zone` (None: this computer's); the parts of those,
    and of recordings without a start, are added to `without_zone` and `without_start`.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        class_map: ClassMap,
        groups: tuple[str, ...] = (),
        zone: tzinfo | None = None,
        *,
        one_per_sound: bool = False,
    ) -> None:
        self._parts = parts
        self._class_map = class_map
        self._groups = groups
        self._zone = zone
        self._one_per_sound = one_per_sound
        self.without_zone: set[Part] = set()
        self.without_start: set[Part] = set()
        self._ontology = ontology_of(class_map) if groups or one_per_sound else None
        self._last: tuple[Part, LabelledRecording] | None = None

    def __len__(self) -> int:
        return len(self._parts)

    @overload
    def __getitem__(self, place: int) -> LabelledRecording: ...
    @overload
    def __getitem__(self, place: slice) -> "StoredLabels": ...

    def __getitem__(self, place: int | slice) -> "LabelledRecording | StoredLabels":
        if isinstance(place, slice):
            return StoredLabels(
                self._parts[place],
                self._class_map,
                self._groups,
                self._zone,
                one_per_sound=self._one_per_sound,
            )
        part = self._parts[place]
        if self._last is None or self._last[0] != part:
            self._last = None  # makes room before the next one is read
            try:
                with part.open() as file:
                    table = read_event_table(file)
                labelled = table.labelled(
                    self._class_map,
                    self._groups,
                    self._ontology,
                    one_per_sound=self._one_per_sound,
                )
            except (OSError, ValueError, KeyError) as error:
                reason = "a part of the unfinished run is broken"
                raise SettingsError(part.path, reason, "restart with --restart") from error
            self._last = (part, self._with_zone(part, labelled))
        return self._last[1]

    def _with_zone(self, part: Part, labelled: LabelledRecording) -> LabelledRecording:
        info = labelled.recording
        if info.recorded_at is None:
            self.without_start.add(part)
            return labelled
        if info.recorded_at.tzinfo is None:
            self.without_zone.add(part)
        start = in_zone(info.recorded_at, self._zone)
        return replace(labelled, recording=replace(info, recorded_at=start))


def start_remarks(recordings: StoredLabels, options: BatchOptions) -> list[str]:
    """What a table with clock times lacks, in words."""
    if Capability.RECORDED_AT not in label_format(options.label_format).capabilities:
        return []
    remarks = []
    if recordings.without_zone and not options.zone:
        many = counted(len(recordings.without_zone), "recording")
        remarks.append(
            f"start times of {many} name no time zone and are taken as this computer's;"
            " --zone sets another"
        )
    if recordings.without_start:
        many = counted(len(recordings.without_start), "recording")
        remarks.append(f"start times of {many} are not known; clock times stay empty there")
    return remarks
