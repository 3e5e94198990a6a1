"""What a fine-tuned model file says about itself: its classes, where it comes from, how good it is.

The arrays lie in the same file under the published names (`weights_hdf5`). All of this is plain
JSON: nothing in it is executed, and nothing is believed before it was checked.
"""

import json
import math
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from yamnet_gui.core.class_map import ClassMap, SoundClass
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.model_parameters import CLASSES

ModelOutput = Literal["sigmoid", "softmax", "softmax-or-none"]
"""How the trained classes' numbers become scores. YAMNet's own classes are always sigmoids.

"sigmoid" scores each class on its own, "softmax" shares 1 among them, "softmax-or-none" shares 1
among them and "none of them", whose number is always 0 and which has no score.
"""
Use = Literal["training", "stopping", "held out"]
FORMAT = "yamnet-gui model"
VERSION = 1
MOST_TRAINED_CLASSES = 1_000
LONGEST_NAME = 200
LARGEST_INFO = 8 * 2**20
"""Bytes of the description, and of the card."""
_MOST_RECORDINGS = 50_000
_MOST_EPOCHS = 10_000
_DIGITS = re.compile(r"[0-9a-f]{64}")
_MID = re.compile(r"[\w/]{0,40}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?)?")


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """One recording of the training set: its name, its content's SHA-256 ("" where unknown), how it
    was used ("training", "stopping" or "held out"), and how many examples of each class it gave
    ("" stands for none of the classes)."""

    recording: str
    sha256: str
    use: Use
    examples: dict[str, int]


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """One pass over the training set: mean losses, and the mean F1 over classes of the recordings
    held out for stopping. NaN where there were none."""

    epoch: int
    loss: float
    held_out_loss: float
    f1: float
    learning_rate: float


@dataclass(frozen=True)
class ModelInfo:
    """The description of a fine-tuned model.

    `classes` go with the columns of the scores; the last `trained` of them were trained, the others
    are YAMNet's own. `output` is that of the trained ones, `thresholds` (one for each of them, or
    none) have the best F1 on the recordings held out for stopping. `parent` is the identity of the
    weights that training began with. `settings` and `figures` are plain JSON values, `card` is
    Markdown.
    """

    name: str
    classes: tuple[SoundClass, ...]
    trained: int
    output: ModelOutput
    parent: str
    parent_name: str
    created: str
    seed: int = 0
    thresholds: tuple[float, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    training: tuple[TrainedOn, ...] = ()
    curves: tuple[EpochFigures, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)
    card: str = ""

    @property
    def class_map(self) -> ClassMap:
        """The classes in the order of the scores."""
        return ClassMap(self.classes)

    @property
    def trained_classes(self) -> tuple[SoundClass, ...]:
        """The classes that were trained, in the order of `thresholds`."""
        return self.classes[len(self.classes) - self.trained :]

    @property
    def keeps_yamnet(self) -> bool:
        """Whether YAMNet's own classes are there as well."""
        return self.trained < len(self.classes)


def info_to_json(info: ModelInfo) -> bytes:
    """The description without its card, as it is stored. Raises ValueError where not valid."""
    values = asdict(info)
    values |= {"format": FORMAT, "version": VERSION}
    del values["card"]
    values["classes"] = [[one.mid, one.name] for one in info.classes]
    values["curves"] = [
        [one.epoch, *map(_stored, (one.loss, one.held_out_loss, one.f1, one.learning_rate))]
        for one in info.curves
    ]
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, indent=1).encode()
    info_from_json(text, info.card.encode())
    return text


def info_from_json(text: bytes, card: bytes) -> ModelInfo:
    """The description that was stored. Raises ValueError with the reason where it is not valid."""
    if max(len(text), len(card)) > LARGEST_INFO:
        raise ValueError("its description is far too large")
    values = parse_json(text.decode("utf-8"))
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise ValueError("its description is not that of a model of yamnet_gui")
    if values.get("version") != VERSION:
        raise ValueError("it was made by another version of this program, which you need to use it")
    classes = _classes(values.get("classes"))
    trained = values.get("trained")
    if type(trained) is not int or not 1 <= trained <= min(len(classes), MOST_TRAINED_CLASSES):
        raise ValueError("its number of trained classes is not valid")
    if trained not in (len(classes), len(classes) - CLASSES):
        raise ValueError(f"it has neither all of YAMNet's {CLASSES} classes nor none")
    output: ModelOutput = values.get("output", "")
    if output not in get_args(ModelOutput):
        raise ValueError("its kind of output is not known")
    parent, created, seed = values.get("parent"), values.get("created"), values.get("seed")
    if not isinstance(parent, str) or not _DIGITS.fullmatch(parent):
        raise ValueError("it does not say which weights it was trained from")
    if not isinstance(created, str) or not _DATE.fullmatch(created):
        raise ValueError("its date is not valid")
    if type(seed) is not int:
        raise ValueError("its seed is not valid")
    for name in ("settings", "figures"):
        if not isinstance(values.get(name), dict):
            raise ValueError(f"its {name} are missing")
    return ModelInfo(
        name=checked_name(values.get("name"), "name"),
        classes=classes,
        trained=trained,
        output=output,
        parent=parent,
        parent_name=checked_name(values.get("parent_name"), "parent's name"),
        created=created,
        seed=seed,
        thresholds=_thresholds(values.get("thresholds"), trained),
        settings=values["settings"],
        training=_training(values.get("training")),
        curves=_curves(values.get("curves")),
        figures=values["figures"],
        card=card.decode("utf-8"),
    )


def checked_name(value: Any, what: str) -> str:
    """A name that can be shown. Raises ValueError where `value` is none."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME:
        raise ValueError(f"its {what} is not valid")
    if not value.isprintable():
        raise ValueError(f"its {what} holds signs that cannot be shown")
    return value


def _classes(value: Any) -> tuple[SoundClass, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= CLASSES + MOST_TRAINED_CLASSES:
        raise ValueError("its class map is missing, or holds too many classes")
    classes = []
    for index, row in enumerate(value):
        if not isinstance(row, list) or len(row) != 2:
            raise ValueError("its class map is not valid")
        mid, name = row
        if not isinstance(mid, str) or not _MID.fullmatch(mid):
            raise ValueError("its class map is not valid")
        name = checked_name(name, "class map")
        if name != name.strip():
            raise ValueError("a class of it begins or ends with a space")
        classes.append(SoundClass(index, mid, name))
    if len({one.name.casefold() for one in classes}) != len(classes):
        raise ValueError("two of its classes share a name")
    return tuple(classes)


def _thresholds(value: Any, trained: int) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) not in (0, trained):
        raise ValueError("its thresholds are missing")
    if not all(type(one) in (int, float) and 0 <= one <= 1 for one in value):
        raise ValueError("its thresholds are not valid")
    return tuple(float(one) for one in value)


def _training(value: Any) -> tuple[TrainedOn, ...]:
    if not isinstance(value, list) or len(value) > _MOST_RECORDINGS:
        raise ValueError("its training set is missing, or far too large")
    training = []
    for row in value:
        if not isinstance(row, dict) or set(row) != {"recording", "sha256", "use", "examples"}:
            raise ValueError("its training set is not valid")
        recording, digest, use, examples = (
            row[name] for name in ("recording", "sha256", "use", "examples")
        )
        if (
            not isinstance(recording, str)
            or not isinstance(digest, str)
            or (digest and not _DIGITS.fullmatch(digest))
            or use not in get_args(Use)
            or not isinstance(examples, dict)
            or not all(type(count) is int and count >= 0 for count in examples.values())
        ):
            raise ValueError("its training set is not valid")
        training.append(TrainedOn(recording, digest, use, examples))
    return tuple(training)


def _curves(value: Any) -> tuple[EpochFigures, ...]:
    if not isinstance(value, list) or len(value) > _MOST_EPOCHS:
        raise ValueError("its curves are missing, or far too long")
    curves = []
    for row in value:
        if not isinstance(row, list) or len(row) != 5 or type(row[0]) is not int:
            raise ValueError("its curves are not valid")
        if not all(one is None or type(one) in (int, float) for one in row[1:]):
            raise ValueError("its curves are not valid")
        numbers = [math.nan if one is None else float(one) for one in row[1:]]
        curves.append(EpochFigures(row[0], *numbers))
    return tuple(curves)


def _stored(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None
