"""yamnet_gui: find, review and label sound events in recordings with YAMNet.

In a notebook:

    from yamnet_gui import analyze, embed
    table = embed("street.wav")
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .interface import (
        ActivityRow,
        Analyzed,
        DatasetContents,
        Embedded,
        Measures,
        Rerun,
        activity,
        analyze,
        embed,
        measure,
        read_labels,
        rerun,
    )
    from .training import finetune

__version__ = "0.1.0"

__all__ = [
    "ActivityRow",
    "Analyzed",
    "DatasetContents",
    "Embedded",
    "Measures",
    "Rerun",
    "__version__",
    "activity",
    "analyze",
    "embed",
    "finetune",
    "measure",
    "read_labels",
    "rerun",
]

_INTERFACE = frozenset(__all__) - {"__version__"}


def __getattr__(name: str) -> Any:
    """Loads the interface when a name of it is first wanted: the window stands sooner without."""
    if name not in _INTERFACE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = ".training" if name == "finetune" else ".interface"
    value = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value
