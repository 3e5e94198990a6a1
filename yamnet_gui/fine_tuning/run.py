"""Fine-tuning from data to a model file: reading, training, comparing, writing."""

import hashlib
import json
import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.analysis.cache_writer import TemporaryFolder
from yamnet_gui.core.cached_files import CHECKSUMS
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import is_folder
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.model_parameters import WINDOW_SAMPLES
from yamnet_gui.core.pipeline import completed
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.core.text import part_of
from yamnet_gui.embedding import TrainingOptions, run_training
from yamnet_gui.embedding.cross_validation import report_of
from yamnet_gui.embedding.custom_classes import check_classes, train_custom_classes
from yamnet_gui.embedding.training import train_layers
from yamnet_gui.labels.overwrite_guard import check_outputs
from yamnet_gui.yamnet import ModelInfo, write_model
from yamnet_gui.yamnet.model_info import LONGEST_NAME
from yamnet_gui.yamnet.parameters import LAYERS
from yamnet_gui.yamnet.trainable_network import FIRST_TRAINED, TrainableNetwork, TrainingPlan
from yamnet_gui.yamnet.weights import required_weights

from .card import card
from .checkpoint import SUFFIX, read_checkpoint
from .comparison import Comparison, of_labels
from .course import Course, CourseProgress, Tools
from .description import check_names, model_classes, plain_json, shown_name, trained_on
from .doubts import alike_classes, doubtful_labels, out_of_sample
from .embedding_step import EmbedElsewhere, embedded
from .material import Material, patches_of, probe_sounds, reading
from .outcome import DataWarning, DoubtfulLabel, Drift, FinetuneProgress, Outcome
from .parent import Parent
from .planning import check_tensorflow
from .prepared import HELD_OUT, STOPPING, TRAINING, Prepared, class_scores, prepared
from .settings import FinetuneSettings
from .sounds import TrainingData

Floats = NDArray[np.float32]
Steps = Generator[FinetuneProgress, None, Any]
_READ, _PREPARED, _TRAINED, _COMPARED = 0.06, 0.14, 0.9, 0.98
_BLOCK = 1024
_MOST_COMPARED = 20_000
_HEARD = 0.01
"""Below this a class is not there, and nothing holds its logit, which may fall freely."""


def fine_tune(
    data: TrainingData,
    out: Path,
    settings: FinetuneSettings | None = None,
    *,
    weights: Path | None = None,
    stop: Callable[[], bool] = lambda: False,
    restart: bool = False,
    elsewhere: EmbedElsewhere | None = None,
) -> Iterator[FinetuneProgress]:
    """Fine-tunes a model on data and writes it to `out`; the last progress has the outcome.

    `weights` are those to begin with (None: YAMNet's own), a fine-tuned model's as well. Training
    that was interrupted goes on after its last whole pass, to the same model; with `restart` it
    begins again. When `stop` says so, training ends and the best pass so far counts; closing the
    iterator ends everything and writes no model. The sounds are embedded `elsewhere` where that is
    given, to the same model. Raises UserError: at once where the settings, names or files cannot be
    used, later where something cannot be read or written.
    """
    settings = (settings or FinetuneSettings()).checked()
    check_tensorflow()
    out = Path(out)
    recordings = [one.path for one in data.sounds]
    checkpoint = out.with_name(out.name + SUFFIX)
    check_outputs((out, checkpoint), (required_weights(weights),), recordings)
    check_classes(data.labels, {one.label for one in data.sounds})
    check_names(data.labels, keep=settings.keep_yamnet)
    if is_folder(out):
        raise SettingsError(out, "is a folder", "name the file for the model")
    if not out.parent.is_dir():
        raise SettingsError(out, "its folder does not exist", "make the folder first")
    read_checkpoint(checkpoint, "", {})  # refuses a file of somebody else's
    return _Run(data, out, settings, stop, elsewhere).steps(weights, checkpoint, restart)


class _Run:
    """One fine-tuning; its parts follow each other."""

    def __init__(
        self,
        data: TrainingData,
        out: Path,
        settings: FinetuneSettings,
        stop: Callable[[], bool],
        elsewhere: EmbedElsewhere | None,
    ) -> None:
        self._elsewhere = elsewhere
        self._given, self._out, self._settings, self._stop = data, out, settings, stop
        self._warnings: list[DataWarning] = []

    def steps(self, weights: Path | None, checkpoint: Path, restart: bool) -> Steps:
        settings = self._settings
        yield FinetuneProgress("reading", 0.0, "loading TensorFlow and the weights")
        parent = Parent.read(weights, settings)
        folder = TemporaryFolder()
        material = yield from self._read(folder.path)
        data = yield from self._prepare(material, parent)
        given = yield from self._doubts(data)
        self._warnings += alike_classes(data, given)
        doubtful = doubtful_labels(data, given)
        yield FinetuneProgress("preparing", _PREPARED, "building the network")
        network = self._network(data, parent)
        tools = Tools(network, parent.embed, parent.kernel, parent.bias)
        probes = np.concatenate([patches_of(sound) for sound in probe_sounds()])
        course = Course(tools, data, settings, probes, folder.path)
        key = self._key(material, parent)
        yield from self._train(course.run(checkpoint, key, self._stop, restart=restart))
        yield FinetuneProgress("comparing", _TRAINED, "comparing on held-out recordings")
        outcome = self._result(data, parent, tools, course, probes, doubtful)
        yield FinetuneProgress("writing", _COMPARED, "writing the model")
        file = write_model(self._out, network.arrays(), outcome[1])
        checkpoint.unlink(missing_ok=True)
        done = replace(outcome[0], file=file, identity=file.identity)
        yield FinetuneProgress(
            "done", 1.0, f"written to {self._out}", 0.0, best_epoch=done.best_epoch, outcome=done
        )

    def _read(self, folder: Path) -> Generator[FinetuneProgress, None, Material]:
        count = len(self._given.sounds)
        steps = reading(self._given.sounds, folder, user_cache_folder() / CHECKSUMS.folder)
        while True:
            try:
                done = next(steps)
            except StopIteration as end:
                return end.value
            yield FinetuneProgress(
                "reading", _READ * done / count, f"reading {part_of(done, count, 'sound')}"
            )

    def _prepare(
        self, material: Material, parent: Parent
    ) -> Generator[FinetuneProgress, None, Prepared]:
        steps = embedded(material, parent, self._settings.batch, self._out, self._elsewhere)
        while True:
            try:
                done, count, noun = next(steps)
            except StopIteration as end:
                embeddings = end.value
                break
            share = _READ + (_PREPARED - _READ) * done / count
            text = f"embedding sounds: {part_of(done, count, noun)}"
            yield FinetuneProgress("preparing", share, text)
        silence = parent.embed(patches_of(np.zeros(WINDOW_SAMPLES, np.float32)))[0]
        data, warnings = prepared(material, embeddings, silence, self._settings)
        self._warnings += warnings
        check_classes(data.labels, {one.label for one in material.sounds})  # of what was readable
        return data

    def _doubts(self, data: Prepared) -> Generator[FinetuneProgress, None, NDArray[np.float64]]:
        steps = out_of_sample(data.examples, self._settings.seed)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return end.value
            yield FinetuneProgress("preparing", _PREPARED, "looking for doubtful labels")

    def _network(self, data: Prepared, parent: Parent) -> TrainableNetwork:
        """The network to train; its head begins where a classifier on the frozen embeddings ends,
        so that what lies below is not torn away by a head that knows nothing (Kumar et al., ICLR
        2022)."""
        settings = self._settings
        first = FIRST_TRAINED[settings.depth]
        blocks = [(len(LAYERS) - 1 - k) // 2 for k in range(first, len(LAYERS))]
        plan = TrainingPlan(
            first=first,
            trained=len(data.labels),
            keep=settings.keep_yamnet,
            output=data.output(settings),
            rates=tuple(settings.trunk_rate * settings.layer_decay**block for block in blocks),
            batch=settings.batch,
            weight_decay=settings.weight_decay,
            distillation=settings.distillation,
            train_batch_norm=settings.train_batch_norm,
        )
        network = TrainableNetwork(parent.arrays, plan)
        training = data.sounds_for(TRAINING)
        options = TrainingOptions(output=settings.output, balanced=settings.balanced)
        layer = completed(train_layers(data.examples.select(data.use == TRAINING), options))[0]
        rows = data.patches_for(training)
        lengths = np.linalg.norm(data.embeddings[rows], axis=1)
        length = float((lengths * data.shares[rows]).sum() / data.shares[rows].sum())
        kernel, bias = layer.weights / max(length, 1e-9), layer.bias
        if kernel.shape[1] > plan.trained:  # the last is "none of them", which here is always 0
            kernel, bias = kernel[:, :-1] - kernel[:, -1:], bias[:-1] - bias[-1]
        elif plan.output == "softmax-or-none":
            bias = bias - 1.0
        network.set_head(kernel, bias)
        return network

    def _key(self, material: Material, parent: Parent) -> str:
        values = [asdict(self._settings), material.digest, parent.file.identity]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()

    def _train(self, steps: Iterator[CourseProgress]) -> Steps:
        epochs = self._settings.epochs
        for step in steps:
            share = (step.epoch - 1 + step.share) / epochs
            yield FinetuneProgress(
                "training",
                _PREPARED + (_TRAINED - _PREPARED) * share,
                f"pass {step.epoch} of at most {epochs}",
                step.seconds_left,
                step.figures,
                step.best_epoch,
            )

    # The outcome

    def _result(
        self,
        data: Prepared,
        parent: Parent,
        tools: Tools,
        course: Course,
        probes: Floats,
        doubtful: tuple[DoubtfulLabel, ...],
    ) -> tuple[Outcome, ModelInfo]:
        settings, network = self._settings, tools.network
        output = network.plan.output
        held = data.sounds_for(HELD_OUT)
        comparison = Comparison(data.examples.select(data.use == HELD_OUT), settings.seed)
        if len(held):
            self._add_yamnet(comparison, data, tools)
            comparison.add("frozen", self._frozen_scores(data))
            scores = class_scores(tools.logits(data, held)[:, network.plan.kept :], output)
            comparison.add("fine-tuned", data.per_sound(scores, held))
        advice = comparison.advice()
        drift = self._drift(data, tools, probes) if network.plan.keep else None
        info = ModelInfo(
            name=shown_name(self._out.stem),
            classes=model_classes(data.labels, keep=settings.keep_yamnet),
            trained=len(data.labels),
            output=output,
            parent=parent.file.identity,
            parent_name=parent.file.name[:LONGEST_NAME],
            created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            seed=settings.seed,
            thresholds=self._thresholds(data, tools),
            settings=asdict(settings),
            training=trained_on(data),
            curves=course.curves,
            figures=plain_json(
                {
                    "best_epoch": course.best_epoch,
                    "ways": [asdict(way) for way in comparison.figures],
                    "advice": asdict(advice),
                    "drift": None if drift is None else asdict(drift),
                    "warnings": [asdict(one) for one in self._warnings],
                }
            ),
        )
        ways, warnings = tuple(comparison.figures), tuple(self._warnings)
        text = card(info, ways, advice, drift, warnings, doubtful)
        outcome = Outcome(
            None,
            "",
            course.curves,
            course.best_epoch,
            ways,
            advice,
            drift,
            warnings,
            doubtful,
            text,
        )
        return outcome, replace(info, card=text)

    def _add_yamnet(self, comparison: Comparison, data: Prepared, tools: Tools) -> None:
        """YAMNet's own classes of these names, with thresholds that suit the training set."""
        known = [(k, bundled_class_map().find(label)) for k, label in enumerate(data.labels)]
        places = [(k, one.index) for k, one in known if one is not None]
        if not places or not tools.kernel.shape[1]:
            return
        labels = tuple(data.labels[k] for k, _ in places)
        columns = [index for _, index in places]
        every = data.sounds_for(TRAINING, STOPPING, HELD_OUT)
        teacher = tools.teacher(data.embeddings)[:, columns]
        scores = data.per_sound(teacher, every)
        examples, chosen = of_labels(data.examples.select(data.use != HELD_OUT), labels)
        thresholds = np.array(
            report_of(examples, scores[data.use != HELD_OUT][chosen], ()).thresholds
        )
        below = scores / thresholds / 2
        above = 0.5 + (scores - thresholds) / (1 - thresholds) / 2
        held = np.where(scores < thresholds, below, above)[data.use == HELD_OUT]
        comparison.add("yamnet", held, None if len(labels) == len(data.labels) else labels)

    def _frozen_scores(self, data: Prepared) -> NDArray[np.float64]:
        """A classifier on YAMNet's embeddings, trained on all that is not held out."""
        options = TrainingOptions(
            output=self._settings.output,
            balanced=self._settings.balanced,
            folds=1,
            learning_curve=False,
            seed=self._settings.seed,
        )
        training = data.examples.select(data.use != HELD_OUT)
        classifier = run_training(train_custom_classes(training, options)).classifier
        return classifier.scores(data.examples.select(data.use == HELD_OUT).vectors).astype(
            np.float64
        )

    def _thresholds(self, data: Prepared, tools: Tools) -> tuple[float, ...]:
        """Of the scores of frames, by the recordings held out for stopping."""
        sounds = data.sounds_for(STOPPING)
        if not len(sounds):
            return ()
        plan = tools.network.plan
        scores = class_scores(tools.logits(data, sounds)[:, plan.kept :], plan.output)
        examples = data.examples.select(data.use == STOPPING)
        return report_of(examples, data.per_sound(scores, sounds), ()).thresholds

    def _drift(self, data: Prepared, tools: Tools, probes: Floats) -> Drift:
        """How far YAMNet's own scores moved, on all sounds and on the probes."""
        network = tools.network
        if tools.head_only:
            return Drift(0.0, 0.0, 0.0, data.material.patches, 0.0)
        rng = np.random.default_rng(self._settings.seed)
        largest = total = crossed = shifted = 0.0
        frames = 0
        order = rng.permutation(len(data.material.sounds))
        parts = (data.material.patches_of(*some) for some in data.material.blocks(order, _BLOCK))
        for patches in chain([probes], parts):
            earlier = tools.embed(patches) @ tools.kernel + tools.bias
            logits = network.outputs(network.features(patches))[0][:, : network.plan.kept]
            before, after = (class_scores(one, "sigmoid") for one in (earlier, logits))
            heard = np.maximum(before, after) >= _HEARD
            shifted = max(shifted, float(np.abs(logits - earlier)[heard].max(initial=0.0)))
            moved = np.abs(after - before)
            largest = max(largest, float(moved.max()))
            total += float(moved.mean(axis=1).sum())
            crossed += float(((after >= 0.5) != (before >= 0.5)).mean(axis=1).sum())
            frames += len(patches)
            if frames >= _MOST_COMPARED:
                break
        # from -d / 2 to d / 2 a score moves by tanh(d / 4), and no change by d moves one by more
        possible = max(largest, math.tanh(shifted / 4))
        return Drift(largest, total / frames, crossed / frames, frames, possible)
