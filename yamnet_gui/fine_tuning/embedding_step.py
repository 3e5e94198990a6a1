"""The embeddings of the sounds under the parent: plain values, for whoever makes them elsewhere."""

import hashlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.model_parameters import EMBEDDING_SIZE
from yamnet_gui.yamnet import WeightsFile
from yamnet_gui.yamnet.weights import model_arrays

from .material import Material, patches_of
from .parent import Parent, embedder

Floats = NDArray[np.float32]
_BLOCK = 1024
"""Patches of a block, or somewhat more."""


@dataclass(frozen=True)
class SoundBlocks:
    """Sounds to embed, in blocks that anybody may embed apart and that give the same bits anywhere.

    `spans` are, for each block, first and last sample of its sounds in the file of samples
    (float32, 16 kHz), `identity` is that of the `weights`. `batch` is how many patches the network
    takes at a time, which the last bits depend on.
    """

    weights: Path
    identity: str
    batch: int
    spans: tuple[tuple[tuple[int, int], ...], ...]

    @classmethod
    def of(
        cls, material: Material, blocks: Sequence[NDArray[np.int64]], file: WeightsFile, batch: int
    ) -> "SoundBlocks":
        first = material.first_sample.tolist()
        spans = tuple(tuple((first[k], first[k + 1]) for k in block.tolist()) for block in blocks)
        return cls(file.path, file.identity, batch, spans)

    def begin(self, data: Path) -> Callable[[int], Floats]:
        """What embeds block k of the sounds whose samples are in `data`: (patches, 1024).

        Raises WeightsError, and SettingsError where the weights are not those that are meant.
        """
        file, arrays = model_arrays(self.weights)
        if file.identity != self.identity:
            raise SettingsError(
                self.weights,
                "holds other weights on a worker",
                "copy the same file to all machines",
            )
        embed = embedder(arrays, self.batch)
        samples = np.memmap(data, np.float32, "r")

        def block(number: int) -> Floats:
            parts = [patches_of(samples[first:last]) for first, last in self.spans[number]]
            return embed(np.concatenate(parts))

        return block

    def keys(self, material: Material) -> list[str]:
        """A name for each block, by its place and all that its embeddings depend on."""
        return [self._key(material, number) for number in range(len(self.spans))]

    def _key(self, material: Material, number: int) -> str:
        digest = hashlib.sha256(f"{self.identity} {self.batch}".encode())
        for first, last in self.spans[number]:
            digest.update(f" {last - first} ".encode())
            digest.update(material.samples[first:last].tobytes())
        return f"{number}-{digest.hexdigest()[:32]}"


class EmbedElsewhere(Protocol):
    """Makes the embeddings of a fine-tuning in other processes."""

    def __call__(
        self, blocks: SoundBlocks, material: Material, out: Path
    ) -> Generator[int, None, Sequence[Floats]]:
        """Yields how many blocks are done; returns the embeddings of each.

        `out` is the model to be written, beside which may be kept what the same call goes on with.
        Raises UserError.
        """
        ...


def embedded(
    material: Material, parent: Parent, batch: int, out: Path, elsewhere: EmbedElsewhere | None
) -> Generator[tuple[int, int, str], None, Floats]:
    """The embeddings of all sounds (patches, 1024), made here or `elsewhere`.

    Yields how many of how many are done, and of what. Raises UserError.
    """
    embeddings = np.empty((material.patches, EMBEDDING_SIZE), np.float32)
    groups = material.blocks(np.arange(len(material.sounds)), _BLOCK)
    if elsewhere is not None:
        blocks = SoundBlocks.of(material, groups, parent.file, batch)
        steps = elsewhere(blocks, material, out)
        while True:
            try:
                count = next(steps)
            except StopIteration as end:
                return np.concatenate(end.value, out=embeddings)
            yield count, len(groups), "block"
    done = 0
    for group in groups:
        given = parent.embed(material.patches_of(*group))
        embeddings[done : done + len(given)] = given
        done += len(given)
        yield done, material.patches, "frame"
    return embeddings
