"""Names of custom classes, and the labels of events that each is trained on."""

from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.custom_classes import CustomClasses

_ENDING = " (custom)"
_FORMER_ENDING = " (taught)"
"""The ending that earlier versions gave; projects and classifier files have such names."""


def suggested_name(label: str, class_map: ClassMapState, custom_classes: CustomClasses) -> str:
    """A name for the class that is trained from events of a label.

    The label itself, unless YAMNet has a class of that name: then the label with an ending. A
    custom class of the project that earlier versions named this way keeps its name.
    """
    known = class_map.value.find(label)
    if known is None or known.index >= class_map.model_count:
        return label
    former = f"{label}{_FORMER_ENDING}"
    return former if custom_classes.get(former) is not None else f"{label}{_ENDING}"


def source_labels(label: str, custom_classes: CustomClasses) -> set[str]:
    """Labels of the events that a class is trained on: its own, and those it was trained on."""
    one = custom_classes.get(label)
    events = one.classifier.about.get("events") if one and one.classifier else None
    known = events if isinstance(events, dict) else {}
    return {label, *(source for source, name in known.items() if name == label)}
