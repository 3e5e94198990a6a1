"""Preparing an open dataset for quick answers, beside the questions to it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from yamnet_gui.core.errors import DatasetError
from yamnet_gui.gui.state.datasets import OpenedDataset

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PrepareDatasetJob:
    """Makes the columns in the cache; questions are answered from them as soon as they are there.

    Yields how much of it is done, 0 to 1. Where it fails, DuckDB goes on answering.
    """

    opened: OpenedDataset

    def run(self) -> Iterator[float]:
        try:
            yield from self.opened.events.prepare()
            yield 1.0
        except DatasetError as error:
            _log.warning("%s", error)
