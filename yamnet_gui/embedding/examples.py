"""Examples that a class is taught from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .frames import Floats

NEGATIVE = -1
"""Target of an example that belongs to none of the classes."""


@dataclass(frozen=True)
class Example:
    """One labelled stretch: its frames, and what it is.

    `frames`: float32 (n, numbers), n at least 1. `label` None means: none of the classes.
    `group` names the recording it is from (parts of one original should share it, copies with
    changed sound, too): a group is never split between learning and testing. Copies of an example
    for learning only (changed sound) are `augmented` and never tested on.
    """

    frames: Floats
    label: str | None
    group: str
    weight: float = 1.0
    augmented: bool = False


@dataclass(frozen=True)
class ExampleSet:
    """Examples as arrays. One entry a frame: `vectors` float32 (frames, numbers), `owners` int64
    (frames,), the example it is of. One entry an example: `targets` int64 (examples,) places in
    `labels` or -1, `groups` (examples,) of text, `weights` float64, `augmented` bool."""

    labels: tuple[str, ...]
    vectors: Floats
    owners: NDArray[np.int64]
    targets: NDArray[np.int64]
    groups: NDArray[np.str_]
    weights: NDArray[np.float64]
    augmented: NDArray[np.bool_]

    @classmethod
    def of(cls, examples: Iterable[Example], labels: Sequence[str] = ()) -> "ExampleSet":
        """From single examples; classes in the order of `labels` (none given: of their names).

        Raises ValueError where there are no examples, widths differ, a number is not finite, or a
        label is not in `labels`.
        """
        found = list(examples)
        if not found:
            raise ValueError("no examples")
        names = tuple(labels) or tuple(sorted({e.label for e in found if e.label is not None}))
        places = {name: k for k, name in enumerate(names)}
        missing = {e.label for e in found if e.label is not None} - set(places)
        if missing:
            raise ValueError(f"unknown labels: {sorted(missing)}")
        parts = [np.atleast_2d(np.asarray(e.frames, np.float32)) for e in found]
        if len({p.shape[1] for p in parts}) != 1 or any(len(p) == 0 for p in parts):
            raise ValueError("every example needs frames of the same width")
        vectors = np.concatenate(parts)
        if not np.isfinite(vectors).all():
            raise ValueError("embeddings must be finite")
        return cls(
            labels=names,
            vectors=vectors,
            owners=np.repeat(np.arange(len(parts)), [len(p) for p in parts]),
            targets=np.array(
                [NEGATIVE if e.label is None else places[e.label] for e in found], np.int64
            ),
            groups=np.array([e.group for e in found], np.str_),
            weights=np.array([e.weight for e in found], np.float64),
            augmented=np.array([e.augmented for e in found], bool),
        )

    def __len__(self) -> int:
        return len(self.targets)

    def select(self, chosen: NDArray[np.bool_]) -> "ExampleSet":
        """The examples of a mask (examples,)."""
        places = np.cumsum(chosen) - 1
        kept = chosen[self.owners]
        return ExampleSet(
            self.labels,
            self.vectors[kept],
            places[self.owners[kept]],
            self.targets[chosen],
            self.groups[chosen],
            self.weights[chosen],
            self.augmented[chosen],
        )

    def pooled(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Means of `values` (frames, …) over the frames of each example, (examples, …)."""
        counts = np.bincount(self.owners, minlength=len(self))
        total = np.zeros((len(self), *values.shape[1:]))
        np.add.at(total, self.owners, values)
        return total / counts.reshape(-1, *[1] * (values.ndim - 1))

    @property
    def means(self) -> Floats:
        """The mean embedding of each example, float32 (examples, numbers)."""
        return self.pooled(self.vectors).astype(np.float32)
