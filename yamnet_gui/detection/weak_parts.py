"""Events that score less than their threshold: quiet parts of sounds that reached it elsewhere."""

import numpy as np

from yamnet_gui.core.events import Event, EventSource

from .rules import ResolvedRule


def is_weak_part(event: Event, rule: ResolvedRule) -> bool:
    """Whether an event that the model found scores less than `rule`, that of its class, asks for.

    Not of what the user drew or gave another label, and boxes are no parts of anything.
    """
    if event.original is not None and event.original.label != event.label:
        return False
    if event.score_max is None or event.source is EventSource.DRAWN or rule.method == "boxes":
        return False
    return bool(np.float32(event.score_max) < np.float32(rule.on))
