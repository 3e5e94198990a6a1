"""What training and comparison know of the sounds: embeddings, weights, and who is held out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.text import counted
from yamnet_gui.embedding import Example, ExampleSet
from yamnet_gui.embedding.classifier import activated
from yamnet_gui.embedding.pooling import frame_weights, units
from yamnet_gui.yamnet import ModelOutput
from yamnet_gui.yamnet.model_info import Use

from .counts import class_counts, few_examples, some
from .material import Material
from .outcome import DataWarning
from .settings import FinetuneSettings

Floats = NDArray[np.float32]
Places = NDArray[np.int64]
TRAINING, STOPPING, HELD_OUT = 0, 1, 2
USES: tuple[Use, ...] = ("training", "stopping", "held out")
_ALIKE, _SAME = 0.98, 0.97


@dataclass(frozen=True)
class Prepared:
    """The sounds, and of each patch its embedding under the parent (patches, 1024), its share of
    its sound (they sum to 1; silence counts little, as in `embedding.pooled`), and which classes
    sound in it (patches, labels). `examples` has each sound as one vector; `use` (sounds,) is
    TRAINING, STOPPING or HELD_OUT."""

    material: Material
    labels: tuple[str, ...]
    embeddings: Floats
    shares: Floats
    targets: Floats
    examples: ExampleSet
    use: NDArray[np.int8]

    @property
    def has_none(self) -> bool:
        """Whether some sounds belong to none of the classes."""
        return bool((self.examples.targets < 0).any())

    def output(self, settings: FinetuneSettings) -> ModelOutput:
        """How the model's numbers become scores."""
        if settings.output == "softmax" and self.has_none:
            return "softmax-or-none"
        return settings.output

    def sounds_for(self, *uses: int) -> Places:
        return np.flatnonzero(np.isin(self.use, uses))

    def patches_for(self, sounds: Iterable[int]) -> Places:
        """The patches of sounds, in their order."""
        first = self.material.first_patch
        parts = [np.arange(first[k], first[k + 1], dtype=np.int64) for k in sounds]
        return np.concatenate([np.zeros(0, np.int64), *parts])

    def per_sound(self, values: Floats, sounds: Places) -> NDArray[np.float64]:
        """Values (n, columns) of all patches of sounds, as one row for each sound: the mean, each
        patch by its share."""
        counts = np.diff(self.material.first_patch)[sounds]
        weighted = values.astype(np.float64) * self.shares[self.patches_for(sounds), np.newaxis]
        return np.add.reduceat(weighted, np.cumsum(counts) - counts, axis=0)


def class_scores(logits: Floats, output: ModelOutput) -> Floats:
    """Scores of trained classes from their logits (n, classes); see `ModelOutput`."""
    if output == "sigmoid":
        return activated(logits, "sigmoid")
    if output == "softmax":
        return activated(logits, "softmax")
    with_none = np.hstack([logits, np.zeros_like(logits[:, :1])])
    return activated(with_none, "softmax")[:, :-1]


def prepared(
    material: Material, embeddings: Floats, silence: Floats, settings: FinetuneSettings
) -> tuple[Prepared, tuple[DataWarning, ...]]:
    """Everything about the sounds but which are held out, and what was odd about them.

    `embeddings` (patches, 1024) and `silence` (1024,) are the parent's.
    """
    labels = tuple(sorted({one.label for one in material.sounds if one.label is not None}))
    bounds = list(zip(material.first_patch[:-1], material.first_patch[1:], strict=True))
    examples = ExampleSet.of(
        (
            Example(embeddings[first:last], sound.label, sound.group)
            for sound, (first, last) in zip(material.sounds, bounds, strict=True)
        ),
        labels,
        silence,
    )
    groups, warnings = _same_recordings(material, examples)
    examples = replace(examples, groups=groups)
    weights = [frame_weights(units(embeddings[first:last]), silence) for first, last in bounds]
    shares = np.concatenate([one / one.sum() for one in weights])
    use = split(examples, settings)
    tested = set(examples.targets[use == HELD_OUT].tolist())
    lost = [name for place, name in enumerate(labels) if place not in tested]
    if lost and settings.held_out:
        sentence = f"Nothing of {some(lost)} could be held out: it comes from too few recordings."
        warnings.append(DataWarning("one recording", sentence, tuple(lost)))
    for text in material.unreadable:
        warnings.append(DataWarning("unreadable", text))
    given = ((sound.label, sound.group) for sound in material.sounds)
    warnings += few_examples(class_counts(labels, given))
    ready = Prepared(
        material,
        labels,
        embeddings,
        shares.astype(np.float32),
        material.targets(labels),
        examples,
        use,
    )
    return ready, tuple(warnings)


def split(examples: ExampleSet, settings: FinetuneSettings) -> NDArray[np.int8]:
    """TRAINING, STOPPING or HELD_OUT for each example; a group is never on two sides.

    Of every class from several groups something is held out, and of every class something trains.
    """
    names, place = np.unique(examples.groups, return_inverse=True)
    table = np.zeros((len(names), len(examples.labels) + 1), bool)
    table[place, examples.targets] = True  # the last column: of none of the classes
    order = np.random.default_rng(settings.seed).permutation(len(names))
    use = np.zeros(len(names), np.int8)
    left = table.sum(axis=0)

    def take(group: int, kind: int) -> bool:
        if use[group] != TRAINING or (left[table[group]] < 2).any():
            return False
        use[group] = kind
        left[:] -= table[group]
        return True

    counts = table.sum(axis=0)
    for target in np.argsort(counts, kind="stable") if settings.held_out else ():
        wanted = max(1, round(settings.held_out * counts[target]))
        for group in order[table[order, target]]:
            if int((table[use == HELD_OUT, target]).sum()) >= wanted:
                break
            take(group, HELD_OUT)
    wanted = round(settings.stopping * len(names))
    # of the classes that have most left, so that rare ones are not taken from training
    plenty = sorted(order.tolist(), key=lambda group: -int(left[table[group]].min(initial=0)))
    for group in plenty:
        if int((use == STOPPING).sum()) >= wanted:
            break
        take(group, STOPPING)
    return use[place]


def _same_recordings(
    material: Material, examples: ExampleSet
) -> tuple[NDArray[np.str_], list[DataWarning]]:
    """The groups, with those joined that hold the same recording; and a warning about it.

    The same content, or sounds whose log-mel spectrograms agree (a copy in another format, or
    louder), which only those are asked about whose embeddings are alike.
    """
    joined = {group: group for group in examples.groups.tolist()}

    def root(group: str) -> str:
        while joined[group] != group:
            group = joined[group]
        return group

    by_hash: dict[str, list[str]] = defaultdict(list)
    for sound in material.sounds:
        by_hash[material.hashes.get(sound.path, "")].append(sound.group)
    by_hash.pop("", None)
    pairs = [(groups[0], other) for groups in by_hash.values() for other in groups[1:]]
    pairs += [(examples.groups[a], examples.groups[b]) for a, b in _copies(material, examples)]
    copies = 0
    for one, other in pairs:
        a, b = root(str(one)), root(str(other))
        if a != b:
            joined[max(a, b)] = min(a, b)
            copies += 1
    groups = np.array([root(group) for group in examples.groups.tolist()], np.str_)
    if not copies:
        return groups, []
    sentence = (
        f"{counted(copies, 'recording')} {'is a copy' if copies == 1 else 'are copies'} of another:"
        " copies stay on one side, or the figures would be too good."
    )
    return groups, [DataWarning("leakage", sentence)]


def _copies(material: Material, examples: ExampleSet) -> Iterable[tuple[int, int]]:
    vectors = examples.vectors
    for first in range(0, len(vectors), 512):
        cosines = vectors[first : first + 512] @ vectors.T
        for row, other in np.argwhere(cosines > _ALIKE):
            one = first + int(row)
            apart = one < other and examples.groups[one] != examples.groups[other]
            if apart and _agree(material, one, int(other)):
                yield one, int(other)


def _agree(material: Material, one: int, other: int) -> bool:
    lengths = np.diff(material.first_sample)[[one, other]]
    if lengths.min() < 0.9 * lengths.max():
        return False
    a, b = (material.patches_of(k).ravel() for k in (one, other))
    count = min(len(a), len(b))
    a, b = a[:count] - a[:count].mean(), b[:count] - b[:count].mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return scale > 0 and float(a @ b) / scale > _SAME
