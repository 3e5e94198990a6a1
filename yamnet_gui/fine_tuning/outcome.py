"""What fine-tuning reports: the plan beforehand, progress, and the outcome."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from yamnet_gui.core.statistics import Interval
from yamnet_gui.core.text import counted
from yamnet_gui.yamnet import EpochFigures, WeightsFile

Way = Literal["yamnet", "frozen", "fine-tuned"]
"""Ways to detect the classes: YAMNet's own class of that name, a classifier on YAMNet's embeddings
(custom classes), and the fine-tuned model."""
Stage = Literal["reading", "preparing", "training", "comparing", "writing", "done"]


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How much there is of one class (`label` None: of none of the classes): examples, the
    recordings they are from, and `note` where that is too little ("" otherwise)."""

    label: str | None
    examples: int
    recordings: int
    note: str = ""


@dataclass(frozen=True)
class FinetunePlan:
    """What training will take, said beforehand.

    `frames` of the network in `sound_s` seconds of sound; `seconds` for all `epochs` (stopping
    early makes it shorter) is rough: measured on two CPU cores, and put down to as many as this
    machine has; `disk_bytes` for what is stored meanwhile, `model_bytes` for the file.
    """

    classes: tuple[ClassCount, ...]
    recordings: int
    sound_s: float
    frames: int
    epochs: int
    seconds: float
    disk_bytes: int
    model_bytes: int
    device: str
    warnings: tuple["DataWarning", ...] = ()


@dataclass(frozen=True, slots=True)
class DataWarning:
    """Something about the data that helps to know: one sentence, and the classes it is about."""

    kind: Literal["few examples", "one recording", "leakage", "alike", "unreadable", "split"]
    sentence: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoubtfulLabel:
    """An example whose label may be wrong, by confident learning (Northcutt et al., JAIR 2021).

    The models that never heard it gave `label` the probability `own`, and `suggested` (None: none
    of the classes) the probability `other`. `event_id` is that of the project's event, or "".
    """

    path: Path
    start_s: float
    end_s: float | None
    label: str | None
    suggested: str | None
    own: float
    other: float
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class on the held-out recordings."""

    label: str
    examples: int
    true_positives: int
    false_alarms: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; NaN where there was nothing to find."""
        total = self.examples + self.true_positives + self.false_alarms
        return 2 * self.true_positives / total if total else float("nan")


@dataclass(frozen=True)
class WayFigures:
    """One way on the held-out recordings: the share of examples it classified as what they are, and
    the mean F1 over classes, each with its 95% interval. `classes` without examples are left out;
    for "yamnet" those that YAMNet does not have, too."""

    way: Way
    accuracy: float
    accuracy_interval: Interval
    f1: float
    f1_interval: Interval
    classes: tuple[ClassFigures, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """Which way to use, in one sentence. `difference` is by how much the mean F1 of the fine-tuned
    model lies above that of the best other way, with its 95% interval; `clear` whether that
    interval excludes 0. NaN where nothing was held out."""

    use: Way
    sentence: str
    difference: float
    difference_interval: Interval
    clear: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the scores of YAMNet's 521 classes moved: differences of scores, absolute.

    `largest` over all classes and frames of test sounds and of the data (of much data some 20,000
    frames, drawn at random), `mean` over them,
    `share` of the scores that crossed 0.5; `frames` is how many were looked at. `possible` is what
    other sounds may show: where the score of a class lies far from 0.5, the same change of what is
    below it moves it less than it would at 0.5, so this is the largest change put there.
    """

    largest: float
    mean: float
    share: float
    frames: int
    possible: float

    @property
    def sentence(self) -> str:
        if not self.largest:
            return "The scores of YAMNet's own 521 classes are exactly what they were."
        return (
            f"The scores of YAMNet's own 521 classes moved by up to {self.largest:.3f} "
            f"({self.mean:.4f} on average) in {counted(self.frames, 'frame')}; in other sounds, "
            f"those of a class in doubt may move by some {self.possible:.2f}."
        )


@dataclass(frozen=True)
class Outcome:
    """What fine-tuning gave. `file` is the model as it was written (None: it was not), `card` its
    description in Markdown."""

    file: WeightsFile | None
    identity: str
    curves: tuple[EpochFigures, ...]
    best_epoch: int
    ways: tuple[WayFigures, ...]
    advice: Advice
    drift: Drift | None
    warnings: tuple[DataWarning, ...]
    doubtful: tuple[DoubtfulLabel, ...]
    card: str


def pass_text(one: EpochFigures) -> str:
    """The figures of a pass for display; those on recordings held out for stopping if there are."""
    text = f"loss {one.loss:.4f}"
    if math.isnan(one.held_out_loss):
        return text
    return f"{text}, held-out loss {one.held_out_loss:.4f}, F1 {one.f1:.2f}"


@dataclass(frozen=True, slots=True)
class FinetuneProgress:
    """How far fine-tuning is: `share` of all of it, 0 to 1, and in words.

    `epoch` is set where a pass over the training set has just ended; `best_epoch` is the best so
    far (0: none). The last one has the stage "done" and the `outcome`.
    """

    stage: Stage
    share: float
    text: str
    seconds_left: float | None = None
    epoch: EpochFigures | None = None
    best_epoch: int = 0
    outcome: Outcome | None = None
