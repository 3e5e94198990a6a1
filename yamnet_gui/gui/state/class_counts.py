"""How many events each class has, for every part of the window that counts them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import Event, ReviewState

IN_WORDS = "events of the class as they are listed, without those that you rejected"
"""What is counted."""


def class_counts(
    events: Sequence[Event], class_map: ClassMap
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What `IN_WORDS` says, and all with rejected ones, each of shape (classes,).

    A label that a user gave before a class of that name was trained counts as that class.
    """
    names = {name: index for index, name in enumerate(class_map.names)}
    length = len(class_map)

    def counted(some: Sequence[Event]) -> NDArray[np.int64]:
        places = (names.get(e.label, -1) if e.class_index is None else e.class_index for e in some)
        indices = np.fromiter(places, np.int64, len(some))
        return np.bincount(indices[(indices >= 0) & (indices < length)], minlength=length)

    drawn = counted(events)
    return drawn - counted([e for e in events if e.state is ReviewState.REJECTED]), drawn
