"""Short recordings through the network together: a batch takes patches of several of them.

A call costs much the same whether ten places of its batch are used or all of them.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import MEL_BANDS, PATCH_FRAMES
from yamnet_gui.core.pipeline import mapped

from .analyzer import PatchNetwork

Floats = NDArray[np.float32]
_MOST_PARTS = 64
"""In one batch: what needs nothing of the network must not wait for ever for it to fill."""


class Patched(Protocol):
    """Something with patches (n, 96, 64) for the network; n may be 0."""

    @property
    def patches(self) -> Floats: ...


Item = TypeVar("Item", bound=Patched)


@dataclass(frozen=True, slots=True)
class _Part(Generic[Item]):
    """Consecutive patches of an item; `last` where no more of its patches follow."""

    item: Item
    patches: Floats
    last: bool


class Packer(Generic[Item]):
    """Fills batches and takes the results apart again.

    `network` is called when the first patch comes. Results are those of each item alone, bit by
    bit: where they depend on a patch's place in its batch, no two items share one.
    """

    def __init__(self, network: Callable[[], PatchNetwork]) -> None:
        self._load = network
        self._network: PatchNetwork | None = None
        self._shares = True

    def run(self, items: Iterable[Item]) -> Generator[tuple[Item, Floats, Floats], None, None]:
        """Each item in order, with scores (n, classes) and embeddings (n, 1024) of its patches.

        An item without patches gets empty ones. Closing the generator waits for the calls that run.
        """
        batches = self._batches(items)
        for parts in batches:
            if self._network is None:
                yield from ((part.item, _NOTHING, _NOTHING) for part in parts)
            else:
                yield from self._scored(chain([parts], batches), self._network.calls)

    def _scored(
        self, batches: Iterable[list[_Part[Item]]], calls: int
    ) -> Iterator[tuple[Item, Floats, Floats]]:
        scores: list[Floats] = []
        embeddings: list[Floats] = []
        with closing(mapped(self._call, batches, calls)) as results:
            for parts, batch_scores, batch_embeddings in results:
                first = 0
                for part in parts:
                    rows = slice(first, first + len(part.patches))
                    first = rows.stop
                    if rows.stop > rows.start:
                        scores.append(batch_scores[rows])
                        embeddings.append(batch_embeddings[rows])
                    if part.last:
                        yield part.item, _joined(scores), _joined(embeddings)
                        scores, embeddings = [], []

    def _batches(self, items: Iterable[Item]) -> Iterator[list[_Part[Item]]]:
        parts: list[_Part[Item]] = []
        filled = 0
        for item in items:
            patches = item.patches
            if parts and not self._shares:
                yield parts
                parts, filled = [], 0
            size = self._size(patches)
            start = 0
            while len(patches) - start >= size - filled:
                end = start + size - filled
                yield [*parts, _Part(item, patches[start:end], end == len(patches))]
                parts, filled, start = [], 0, end
            if start < len(patches) or not len(patches):
                parts.append(_Part(item, patches[start:], True))
                filled += len(patches) - start
            if not filled or len(parts) == _MOST_PARTS:
                yield parts
                parts, filled = [], 0
        if parts:
            yield parts

    def _size(self, patches: Floats) -> int:
        """Patches in a batch; anything above 0 where there is no patch."""
        if self._network is None:
            if not len(patches):
                return 1
            self._network = self._load()
            self._shares = not (self._network.place_matters and places_differ(self._network))
        return self._network.batch

    def _call(self, parts: list[_Part[Item]]) -> tuple[list[_Part[Item]], Floats, Floats]:
        patches = [part.patches for part in parts if len(part.patches)]
        if not patches:
            return parts, _NOTHING, _NOTHING
        assert self._network is not None
        return parts, *self._network(np.concatenate(patches))


def places_differ(network: PatchNetwork) -> bool:
    """Whether the last bits of a result depend on the patch's place in a batch, by trial.

    They may where the network's `place_matters`, but do not on every processor.
    """
    random = np.random.default_rng(0)
    shape = (network.batch, PATCH_FRAMES, MEL_BANDS)
    some = random.normal(-3.0, 2.0, shape).astype(np.float32)
    order = np.roll(np.arange(network.batch), 1)
    one = np.broadcast_to(some[:1], shape)
    same = [all((rows == rows[0]).all() for rows in network(np.ascontiguousarray(one)))]
    for straight, moved in zip(network(some), network(some[order]), strict=True):
        same.append(np.array_equal(straight[order], moved))
    return not all(same)


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else _NOTHING


_NOTHING = np.empty((0, 0), np.float32)
"""Of an item without patches: how many classes there are may not be known yet."""
