"""What a corrected label leaves behind: a rejected event that says "not the former class"."""

from .events import Event

_NEGATIVE = "not-"


def negative_id(event_id: str, label: str) -> str:
    """The id of the "not `label`" that a correction of the event leaves behind."""
    return f"{_NEGATIVE}{event_id}-{label.casefold()}"


def negative_ids() -> tuple[str, str]:
    """Ids of what corrections leave behind lie from the first of these up to the second."""
    return _NEGATIVE, _NEGATIVE[:-1] + chr(ord(_NEGATIVE[-1]) + 1)


def is_negative(event: Event) -> bool:
    """Whether the event was left behind by a correction to another label."""
    return event.id.startswith(_NEGATIVE)
