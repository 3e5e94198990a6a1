"""Which events of the project the gallery lists, in which order."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from yamnet_gui.labels.project import EventFilter, Project, Sort, SortKey

from .sources import Order, Rows

_SORTS = {
    Order.SCORE: Sort(SortKey.SCORE, descending=True),
    Order.LOW_SCORE: Sort(SortKey.SCORE),
    Order.TIME: Sort(SortKey.TIME),
    Order.LABEL: Sort(SortKey.LABEL),
    Order.DURATION: Sort(SortKey.DURATION, descending=True),
}


def order_of(order: Order, listed: Sort | None) -> Sort | None:
    """What an order sorts by; `listed` where it is that of the list which the cards come from."""
    return _SORTS.get(order, listed)


@dataclass(frozen=True, slots=True)
class ListJob:
    """Yields the rows of the events that meet the filter; of `within` where that is given.

    `listed`: the order where `order` asks for no other; None for that of `within`.
    Raises ProjectError.
    """

    project: Project
    wanted: EventFilter
    order: Order
    listed: Sort | None = None
    within: Rows | None = None

    def run(self) -> Iterator[Rows]:
        sort = order_of(self.order, self.listed)
        met = self.project.events.rows(self.wanted, sort or Sort())
        if self.within is None:
            yield met
        elif sort is None:
            yield self.within[np.isin(self.within, met)]
        else:
            yield met[np.isin(met, self.within)]
