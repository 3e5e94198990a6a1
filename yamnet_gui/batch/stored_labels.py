"""The labels of a run's recordings, read from their parts when they are written as a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import overload

from yamnet_gui.analysis.event_table import read_event_table
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.resources import bundled_ontology


class StoredLabels(Sequence[LabelledRecording]):
    """One recording at a time, so that memory does not grow with their number; raises SettingsError
    where a part is broken. The last one read is held."""

    def __init__(
        self, parts: Sequence[Path | None], class_map: ClassMap, groups: tuple[str, ...] = ()
    ) -> None:
        self._parts = parts
        self._class_map = class_map
        self._groups = groups
        self._ontology = bundled_ontology() if groups else None
        self._last: tuple[Path, LabelledRecording] | None = None

    def __len__(self) -> int:
        return len(self._parts)

    @overload
    def __getitem__(self, place: int) -> LabelledRecording: ...
    @overload
    def __getitem__(self, place: slice) -> "StoredLabels": ...

    def __getitem__(self, place: int | slice) -> "LabelledRecording | StoredLabels":
        if isinstance(place, slice):
            return StoredLabels(self._parts[place], self._class_map, self._groups)
        part = self._parts[place]
        assert part is not None
        if self._last is None or self._last[0] != part:
            self._last = None  # makes room before the next one is read
            try:
                table = read_event_table(part)
                self._last = (part, table.labelled(self._class_map, self._groups, self._ontology))
            except (OSError, ValueError, KeyError) as error:
                reason = "a part of the unfinished run is broken"
                raise SettingsError(part, reason, "restart with --restart") from error
        return self._last[1]
