"""Many recordings at once: runs that survive a kill, and the tables that they write."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .journal import Record
    from .options import BatchOptions, EventOptions
    from .plan import Plan, make_plan, with_sound_track
    from .run import BatchProgress, run_batch
    from .summary import BatchSummary
    from .vectors import VectorOptions, Vectors, vectors_of

__all__ = [
    "BatchOptions",
    "BatchProgress",
    "BatchSummary",
    "EventOptions",
    "Plan",
    "Record",
    "VectorOptions",
    "Vectors",
    "make_plan",
    "run_batch",
    "vectors_of",
    "with_sound_track",
]

_HOME = {
    "BatchProgress": "run",
    "BatchOptions": "options",
    "BatchSummary": "summary",
    "EventOptions": "options",
    "Plan": "plan",
    "Record": "journal",
    "VectorOptions": "vectors",
    "Vectors": "vectors",
    "make_plan": "plan",
    "run_batch": "run",
    "vectors_of": "vectors",
    "with_sound_track": "plan",
}


def __getattr__(name: str) -> Any:
    """Loads a module when a name of it is first wanted: the window starts sooner without most."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
