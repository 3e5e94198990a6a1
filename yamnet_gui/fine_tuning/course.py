"""The course of training: passes over the sounds, when it stops, and what it remembers."""

import math
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.embedding.classifier import activated
from yamnet_gui.embedding.cross_validation import predicted
from yamnet_gui.embedding.training import balanced_weights
from yamnet_gui.yamnet import EpochFigures
from yamnet_gui.yamnet.parameters import LAYERS
from yamnet_gui.yamnet.trainable_network import TrainableNetwork

from .changes import changed_samples, masked, mixed_up
from .checkpoint import Checkpoint, State, read_checkpoint, write_checkpoint
from .comparison import mean_f1
from .material import patches_of
from .prepared import STOPPING, TRAINING, Prepared, class_scores
from .settings import FinetuneSettings

Floats = NDArray[np.float32]
Places = NDArray[np.int64]
Batch = tuple[Floats, Floats, Floats, Floats, Floats]
"""Features, targets, weights, the teacher's scores, and what those count."""
_BLOCK = 4096
"""Patches that are changed, shuffled and trained on at a time."""


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """After a batch: the pass (from 1), how much of it is done, seconds that all further passes
    take at most, and its figures where it has just ended."""

    epoch: int
    share: float
    seconds_left: float | None
    best_epoch: int
    figures: EpochFigures | None = None


@dataclass(frozen=True)
class Tools:
    """What a course runs with: the network that is trained, YAMNet's embeddings of any patches, and
    the last layer that gives YAMNet's own scores of them."""

    network: TrainableNetwork
    embed: Callable[[Floats], Floats]
    kernel: Floats
    bias: Floats

    @property
    def head_only(self) -> bool:
        """Whether all that is frozen ends in the embeddings."""
        return self.network.plan.first == len(LAYERS)

    def features(self, patches: Floats) -> Floats:
        """What the frozen layers make of patches (n, 96, 64): (n, *feature_shape)."""
        return self.embed(patches) if self.head_only else self.network.features(patches)

    def logits(self, data: Prepared, sounds: Places) -> Floats:
        """Those of all patches of sounds, in their order: (patches, outputs)."""
        if self.head_only:
            return self.network.outputs(data.embeddings[data.patches_for(sounds)])[0]
        parts = (data.material.patches_of(*some) for some in data.material.blocks(sounds, _BLOCK))
        return np.concatenate([self.network.outputs(self.features(part))[0] for part in parts])

    def teacher(self, embeddings: Floats) -> Floats:
        """YAMNet's own scores, float32 (n, 521 or 0)."""
        return activated(embeddings @ self.kernel + self.bias, "sigmoid")


class Course:
    """One training, from its beginning or from a checkpoint, to the best pass.

    `probes` are patches of sounds that belong to no class, on which YAMNet's own scores are held,
    too; `folder` is for what is stored meanwhile.
    """

    def __init__(
        self,
        tools: Tools,
        data: Prepared,
        settings: FinetuneSettings,
        probes: Floats,
        folder: Path,
    ) -> None:
        self._tools, self._data, self._settings = tools, data, settings
        self._network = tools.network
        self._folder = folder
        plan = self._network.plan
        self._distils = plan.keep and not tools.head_only
        self._probes = probes if self._distils else probes[:0]
        self._training = data.sounds_for(TRAINING)
        self._stopping = data.sounds_for(STOPPING)
        self._output = plan.output
        self._targets = data.targets
        if plan.output != "sigmoid":
            sums = np.maximum(data.targets.sum(axis=1, keepdims=True), 1)
            self._targets = (data.targets / sums).astype(np.float32)
        self._weights = np.zeros_like(data.targets)
        for sounds in (self._training, self._stopping):
            self._weigh(data.patches_for(sounds))
        self._cached: dict[str, Floats] = {}
        self.curves: tuple[EpochFigures, ...] = ()
        self.best_epoch = 0

    @property
    def patches_in_epoch(self) -> int:
        return len(self._data.patches_for(self._training)) + len(self._probes)

    def run(
        self, checkpoint: Path, key: str, stop: Callable[[], bool], *, restart: bool = False
    ) -> Generator[CourseProgress, None, None]:
        """Trains; the network holds the best pass at the end. `stop` ends it with what is best.

        After each pass the state goes into `checkpoint`, from where it goes on where it was
        interrupted, unless `restart`. Raises SettingsError where that cannot be written or is
        somebody else's.
        """
        settings, network = self._settings, self._network
        found = read_checkpoint(checkpoint, key, network.state_shapes())
        if found is None or restart:
            best = network.state()
            begun = self._evaluated(0, math.nan, 0.0)
            self.curves, first = (begun,), 1
        else:
            self.curves, self.best_epoch, best = found.curves, found.best_epoch, found.best
            network.set_state(found.state)
            first = found.epoch + 1
        steps = math.ceil(self.patches_in_epoch / settings.batch)
        seconds: list[float] = []
        for epoch in range(first, settings.epochs + 1):
            if epoch - self.best_epoch > settings.patience and len(self._stopping):
                break
            losses, began = [], time.monotonic()
            for step, batch in enumerate(self._batches(epoch)):
                rate = self._rate((epoch - 1) * steps + step, steps)
                losses.append(network.step(*batch, rate))
                left = None
                if seconds:
                    mean = sum(seconds) / len(seconds)
                    left = mean * (settings.epochs + 1 - epoch - (step + 1) / steps)
                yield CourseProgress(epoch, min(1.0, (step + 1) / steps), left, self.best_epoch)
                if stop():
                    network.set_state(best)
                    return
            loss = float(np.mean(losses))
            if not math.isfinite(loss):
                raise SettingsError(
                    "learning_rate", "is too large: the loss is not a number", "halve it"
                )
            figures = self._evaluated(epoch, loss, self._rate(epoch * steps - 1, steps))
            if self._is_better(figures):
                self.best_epoch, best = epoch, network.state()
            self.curves += (figures,)
            self._store(checkpoint, key, best)
            seconds.append(time.monotonic() - began)
            left = sum(seconds) / len(seconds) * (settings.epochs - epoch)
            yield CourseProgress(epoch, 1.0, left, self.best_epoch, figures)
        network.set_state(best)

    def _store(self, checkpoint: Path, key: str, best: State) -> None:
        epoch = self.curves[-1].epoch
        state = self._network.state()
        write_checkpoint(
            checkpoint, Checkpoint(key, epoch, self.best_epoch, self.curves, state, best)
        )

    def _is_better(self, figures: EpochFigures) -> bool:
        """By the loss on recordings held out for stopping; without any, the last pass is best."""
        if not len(self._stopping):
            return True
        return figures.held_out_loss < self.curves[self.best_epoch].held_out_loss

    def _rate(self, step: int, steps_in_epoch: int) -> float:
        """Linear warm-up, then a cosine to 0 (Loshchilov and Hutter, SGDR, ICLR 2017)."""
        settings = self._settings
        warm = settings.warm_up * steps_in_epoch
        if step < warm:
            return settings.learning_rate * (step + 1) / math.ceil(warm)
        rest = max(1.0, settings.epochs * steps_in_epoch - warm)
        return settings.learning_rate * (1 + math.cos(math.pi * min(1.0, (step - warm) / rest))) / 2

    def _weigh(self, rows: Places) -> None:
        """Sets what each patch counts for each class, each group of sounds by itself."""
        if not len(rows):
            return
        wanted = (self._targets[rows] > 0).astype(np.float32)
        if self._output == "softmax-or-none":
            wanted = np.hstack([wanted, 1 - wanted.max(axis=1, keepdims=True)])
        shares = self._data.shares[rows].astype(np.float64)
        balanced = self._settings.balanced
        weights = balanced_weights(shares, wanted, self._settings.output, balanced=balanced)
        self._weights[rows] = weights[:, : self._weights.shape[1]]

    # Batches

    def _batches(self, epoch: int) -> Iterator[Batch]:
        """Features, targets, weights, teacher and what the teacher counts, a batch at a time."""
        rng = np.random.default_rng([self._settings.seed, epoch])
        order = rng.permutation(self._training)
        probes = self._probes
        for sounds in self._data.material.blocks(order, _BLOCK):
            yield from self._shuffled(self._block(epoch, sounds, probes, rng), rng)
            probes = probes[:0]

    def _block(self, epoch: int, sounds: Places, probes: Floats, rng: np.random.Generator) -> Batch:
        settings, data, changes = self._settings, self._data, self._settings.changes
        rows = data.patches_for(sounds)
        tables = [self._targets[rows], self._weights[rows]]
        if changes is None:
            features = self._features("training", self._training, rows)
            teacher = self._teacher(None, rows)
        else:
            number = epoch * len(data.material.sounds)
            copies = (
                changed_samples(
                    data.material.samples_of(k), changes, settings.seed, number + int(k)
                )
                for k in sounds
            )
            patches = np.concatenate([patches_of(copy) for copy in copies])
            patches, tables = mixed_up(patches, tables, changes.mix_up, rng)
            patches = masked(patches, changes, rng)
            features, teacher = self._tools.features(patches), self._teacher(patches, rows)
        if len(probes):
            features = np.concatenate([features, self._of_probes[0]])
            teacher = np.concatenate([teacher, self._of_probes[1]])
            none = np.zeros((len(probes), self._targets.shape[1]), np.float32)
            tables = [np.concatenate([table, none]) for table in tables]
        distilled = np.ones(len(features), np.float32)
        return features, tables[0], tables[1], teacher, distilled

    def _shuffled(self, block: Batch, rng: np.random.Generator) -> Iterator[Batch]:
        order = rng.permutation(len(block[0]))
        for first in range(0, len(order), self._settings.batch):
            part = order[first : first + self._settings.batch]
            missing = self._settings.batch - len(part)
            if missing and self._settings.train_batch_norm:
                part = np.concatenate([part, np.resize(order, missing)])  # zeros are no sounds
            features, targets, weights, teacher, distilled = (one[part] for one in block)
            if missing and self._settings.train_batch_norm:
                weights[-missing:] = distilled[-missing:] = 0
            yield features, targets, weights, teacher, distilled

    def _teacher(self, patches: Floats | None, rows: Places) -> Floats:
        if not self._distils:
            count = len(rows) if patches is None else len(patches)
            return np.zeros((count, self._network.plan.kept), np.float32)
        if patches is None:
            return self._tools.teacher(self._data.embeddings[rows])
        return self._tools.teacher(self._tools.embed(patches))

    # The frozen part, computed once where sounds stay as they are

    @cached_property
    def _of_probes(self) -> tuple[Floats, Floats]:
        """Features of the probes and what the teacher says of them."""
        probes = self._probes
        return self._network.features(probes), self._tools.teacher(self._tools.embed(probes))

    def _features(self, name: str, sounds: Places, rows: Places) -> Floats:
        if self._tools.head_only:
            return self._data.embeddings[rows]
        if name not in self._cached:
            self._cached[name] = self._stored(name, sounds)
        place = np.full(self._data.material.patches, -1, np.int64)
        of = self._data.patches_for(sounds)
        place[of] = np.arange(len(of))
        return np.asarray(self._cached[name][place[rows]])

    def _stored(self, name: str, sounds: Places) -> Floats:
        """Features of all patches of sounds, in a file that is mapped. Raises SettingsError."""
        path = self._folder / f"{name}.f32"
        try:
            with path.open("wb") as file:
                for part in self._data.material.blocks(sounds, _BLOCK):
                    patches = self._data.material.patches_of(*part)
                    file.write(self._network.features(patches).tobytes())
        except OSError as error:
            reason = f"cannot be written ({error.strerror or error})"
            raise SettingsError(path, reason, "make room on the disk") from error
        shape = (-1, *self._network.plan.feature_shape)
        return np.memmap(path, np.float32, "r").reshape(shape)

    # Figures

    def _evaluated(self, epoch: int, loss: float, rate: float) -> EpochFigures:
        """The figures of a pass, on the recordings held out for stopping."""
        sounds = self._stopping
        if not len(sounds):
            return EpochFigures(epoch, loss, math.nan, math.nan, rate)
        rows = self._data.patches_for(sounds)
        features = self._features("stopping", sounds, rows)
        logits, _ = self._network.outputs(features)
        own = logits[:, self._network.plan.kept :]
        held = self._loss(own.astype(np.float64), rows)
        examples = self._data.examples.select(np.isin(np.arange(len(self._data.use)), sounds))
        scores = self._data.per_sound(class_scores(own, self._output), sounds)
        f1 = mean_f1(
            examples.targets,
            predicted(examples, scores),
            len(examples.labels),
            np.ones((1, len(examples))),
        )
        return EpochFigures(epoch, loss, held, float(f1[0]), rate)

    def _loss(self, own: NDArray[np.float64], rows: Places) -> float:
        """The loss of the new classes, as in training, without changes to the sounds."""
        targets, weights = self._targets[rows], self._weights[rows]
        if self._output == "sigmoid":
            entropy = (np.logaddexp(0, own) - targets * own) * weights
        else:
            if self._output == "softmax-or-none":
                own = np.hstack([own, np.zeros_like(own[:, :1])])
                targets = np.hstack([targets, 1 - targets.sum(axis=1, keepdims=True)])
            logs = own - np.logaddexp.reduce(own, axis=1, keepdims=True)
            entropy = -(targets * logs).sum(axis=1, keepdims=True) * weights
        return float(entropy.sum() / max(float(weights.sum()), 1e-6))
