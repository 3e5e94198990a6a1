"""Checking a dataset, with a connection of its own: questions of panels go on meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.dataset import Dataset, DatasetEvents, Finding, check
from yamnet_gui.labels.project import EventFilter


@dataclass(frozen=True, slots=True)
class CheckJob:
    """Reads every byte of a dataset; yields what is wrong with it. Raises DatasetError."""

    folder: Path

    def run(self) -> Iterator[tuple[Finding, ...]]:
        with Dataset(self.folder) as dataset:
            yield tuple(check(dataset))


@dataclass(frozen=True, slots=True)
class FirstFileJob:
    """Yields the path of some recording of a dataset; nothing where it has no event.

    Raises DatasetError.
    """

    events: DatasetEvents

    def run(self) -> Iterator[str]:
        for event in self.events.page(EventFilter(), count=1):
            yield event.file
