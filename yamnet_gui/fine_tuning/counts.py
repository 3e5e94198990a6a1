"""How much there is of each class, and what is too little."""

from collections.abc import Iterable, Sequence

from yamnet_gui.core.text import listed
from yamnet_gui.embedding.examples import FEW_EXAMPLES

from .outcome import ClassCount, DataWarning

_SHOWN = 3


def class_counts(
    labels: Sequence[str], examples: Iterable[tuple[str | None, str]]
) -> tuple[ClassCount, ...]:
    """Counts by class from the label and the group of each example; none of the classes last."""
    groups: dict[str | None, list[str]] = {label: [] for label in labels}
    for label, group in examples:
        groups.setdefault(label, []).append(group)
    return tuple(
        ClassCount(label, len(own), len(set(own)), _note(len(own), len(set(own))))
        for label, own in groups.items()
    )


def few_examples(counts: Iterable[ClassCount]) -> list[DataWarning]:
    """A warning of the classes with fewer than ten examples, where there are any."""
    few = [c.label for c in counts if c.label is not None and c.examples < FEW_EXAMPLES]
    if not few:
        return []
    sentence = (
        f"Fewer than {FEW_EXAMPLES} examples of {some(few)}: what is learned of them may not hold."
    )
    return [DataWarning("few examples", sentence, tuple(few))]


def some(names: Sequence[str]) -> str:
    """The first of the names, for a sentence."""
    return listed(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _note(examples: int, recordings: int) -> str:
    if recordings < 2:
        return "from one recording: it cannot be tested"
    return f"fewer than {FEW_EXAMPLES} examples" if examples < FEW_EXAMPLES else ""
