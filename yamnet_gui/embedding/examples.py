"""Examples that a custom class is trained on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .frames import Floats
from .pooling import pooled

NEGATIVE = -1
"""Target of an example that belongs to none of the classes."""
FEW_EXAMPLES = 10
"""With fewer examples of a class, what is said of it is a rough guide."""


@dataclass(frozen=True)
class Example:
    """One labelled segment: its frames, and its label.

    `frames`: float32 (n, numbers), n at least 1. `label` None means: none of the classes.
    `group` names the recording it is from (parts of one original should share it, copies with
    changed sound, too): a group is never split between training and testing. Copies of an example
    for training only (changed sound) are `augmented` and never tested on.
    """

    frames: Floats
    label: str | None
    group: str
    weight: float = 1.0
    augmented: bool = False


@dataclass(frozen=True)
class ExampleSet:
    """Examples as arrays, one entry an example.

    `vectors` float32 (examples, numbers), of length 1; `targets` int64, places in `labels` or -1;
    `groups` text; `weights` float64; `augmented` bool.
    """

    labels: tuple[str, ...]
    vectors: Floats
    targets: NDArray[np.int64]
    groups: NDArray[np.str_]
    weights: NDArray[np.float64]
    augmented: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        examples: Iterable[Example],
        labels: Sequence[str] = (),
        silence: Floats | None = None,
    ) -> "ExampleSet":
        """From single examples, each pooled to one direction (`silence`: see `pooled`); classes in
        the order of `labels` (none given: of their names).

        Raises ValueError where there are no examples, widths differ, a number is not finite, or a
        label is not in `labels`.
        """
        collected = list(examples)
        if not collected:
            raise ValueError("no examples")
        names = tuple(labels) or tuple(sorted({e.label for e in collected if e.label is not None}))
        places = {name: k for k, name in enumerate(names)}
        missing = {e.label for e in collected if e.label is not None} - set(places)
        if missing:
            raise ValueError(f"unknown labels: {sorted(missing)}")
        parts = [np.atleast_2d(np.asarray(e.frames, np.float32)) for e in collected]
        if len({p.shape[1] for p in parts}) != 1 or any(len(p) == 0 for p in parts):
            raise ValueError("every example needs frames of the same width")
        if not all(np.isfinite(p).all() for p in parts):
            raise ValueError("embeddings must be finite")
        return cls(
            labels=names,
            vectors=np.stack([pooled(p, silence) for p in parts]),
            targets=np.array(
                [NEGATIVE if e.label is None else places[e.label] for e in collected], np.int64
            ),
            groups=np.array([e.group for e in collected], np.str_),
            weights=np.array([e.weight for e in collected], np.float64),
            augmented=np.array([e.augmented for e in collected], bool),
        )

    def __len__(self) -> int:
        return len(self.targets)

    def select(self, chosen: NDArray[np.bool_]) -> "ExampleSet":
        """The examples of a mask (examples,)."""
        return ExampleSet(
            self.labels,
            self.vectors[chosen],
            self.targets[chosen],
            self.groups[chosen],
            self.weights[chosen],
            self.augmented[chosen],
        )
