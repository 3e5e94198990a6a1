"""Counting in the background."""

from collections.abc import Iterator
from dataclasses import dataclass

from yamnet_gui.gui.state.datasets import OpenedDataset
from yamnet_gui.labels.exchange.activity import ActivityGrid, project_activity
from yamnet_gui.labels.project import Project

from .picture import Counts, Picture, View, picture_of


@dataclass(frozen=True, slots=True)
class ActivityJob:
    """Counts the events of a project. Raises ProjectError."""

    project: Project

    def run(self) -> Iterator[ActivityGrid]:
        yield project_activity(self.project)


@dataclass(frozen=True, slots=True)
class PictureJob:
    """Sums counts up to what is shown."""

    grid: ActivityGrid
    view: View
    counts: Counts
    label: str

    def run(self) -> Iterator[Picture]:
        yield picture_of(self.grid, self.view, self.counts, self.label)


@dataclass(frozen=True, slots=True)
class DatasetActivityJob:
    """Counts the events of a dataset. Raises DatasetError."""

    opened: OpenedDataset

    def run(self) -> Iterator[ActivityGrid]:
        from yamnet_gui.dataset.activity import dataset_activity

        yield dataset_activity(self.opened.events)
