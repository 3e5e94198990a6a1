"""How a model is fine-tuned: plain values, each with its bounds."""

import math
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from yamnet_gui.core.errors import SettingsError

Depth = Literal["head", "block", "blocks", "all"]
"""What is trained: the last layer, also the last block, the last three blocks, or everything."""
DEPTHS: tuple[Depth, ...] = get_args(Depth)
Output = Literal["sigmoid", "softmax"]
"""Whether a sound may belong to several classes ("sigmoid") or to one at most ("softmax")."""
OUTPUTS: tuple[Output, ...] = get_args(Output)


def _number(value: float, low: float, high: float) -> Any:
    return field(default=value, metadata={"bounds": (low, high)})


@dataclass(frozen=True, slots=True)
class SoundChanges:
    """How the sounds of each pass over the training set differ, drawn at random each time.

    `gain_db`: louder or quieter by up to this. White noise is added that lies `noise_low_db` to
    `noise_high_db` below the sound. `shift_s`: earlier or later by up to this.
    `mix_up`: the parameter of the beta distribution by which two sounds and their labels are mixed
    (Zhang et al., ICLR 2018; 0: none). `time_masks` masks of up to `time_mask_s` and `band_masks`
    of up to `band_mask` mel bands hide parts of the spectrogram (SpecAugment: Park et al.,
    Interspeech 2019).
    """

    gain_db: float = _number(6.0, 0, 30)
    noise_low_db: float = _number(20.0, 0, 80)
    noise_high_db: float = _number(45.0, 0, 80)
    shift_s: float = _number(0.24, 0, 0.48)
    mix_up: float = _number(0.2, 0, 5)
    time_masks: int = _number(1, 0, 5)
    time_mask_s: float = _number(0.15, 0.01, 0.48)
    band_masks: int = _number(1, 0, 5)
    band_mask: int = _number(8, 1, 32)

    def checked(self) -> "SoundChanges":
        """These, where every number lies within its bounds. Raises SettingsError."""
        _check_bounds(self)
        if self.noise_low_db > self.noise_high_db:
            raise SettingsError("noise_low_db", "lies above noise_high_db")
        return self


@dataclass(frozen=True, slots=True)
class FinetuneSettings:
    """How a model is fine-tuned.

    `keep_yamnet`: YAMNet's 521 classes stay beside the new ones, distilled so that they do not
    drift, which counts `distillation` times as much as the new ones. `changes` None: the sounds
    are trained on as they are. `balanced`: every class counts the same, however many examples it
    has. At most `epochs` passes over the training set are made; training ends where the loss on
    the recordings held out for stopping has not fallen for `patience` of them, and the best pass
    counts. `learning_rate` is that of the last layer after `warm_up` passes, from where it falls
    along a cosine; blocks below learn at `trunk_rate` of it, times `layer_decay` for each further
    block down. `weight_decay` as in AdamW (Loshchilov and Hutter, ICLR 2019). `train_batch_norm`:
    the statistics of batch norm follow the new sounds.

    `held_out` and `stopping` are shares of the recordings: those that training never hears and
    the comparison at the end is made on, and those by which it is decided when to stop.
    """

    depth: Depth = "head"
    output: Output = "sigmoid"
    keep_yamnet: bool = True
    changes: SoundChanges | None = SoundChanges()
    balanced: bool = True
    epochs: int = _number(40, 1, 1000)
    patience: int = _number(8, 1, 1000)
    batch: int = _number(64, 4, 1024)
    learning_rate: float = _number(2e-3, 1e-6, 0.1)
    trunk_rate: float = _number(0.1, 1e-4, 1)
    layer_decay: float = _number(0.8, 0.1, 1)
    warm_up: float = _number(1.0, 0, 100)
    weight_decay: float = _number(1e-4, 0, 1)
    distillation: float = _number(1.0, 0, 100)
    train_batch_norm: bool = False
    held_out: float = _number(0.25, 0, 0.5)
    stopping: float = _number(0.15, 0, 0.5)
    seed: int = _number(0, 0, 2**31 - 1)

    def checked(self) -> "FinetuneSettings":
        """These, where every value can be used. Raises SettingsError naming the first other."""
        if self.depth not in DEPTHS:
            raise SettingsError("depth", f"'{self.depth}' is none of {', '.join(DEPTHS)}")
        if self.output not in OUTPUTS:
            raise SettingsError("output", f"'{self.output}' is none of {', '.join(OUTPUTS)}")
        _check_bounds(self)
        if self.changes is not None:
            self.changes.checked()
        return self


def bounds(settings: type, name: str) -> tuple[float, float]:
    """The least and the largest value of a number of `FinetuneSettings` or `SoundChanges`.

    Raises KeyError where it has none.
    """
    return {one.name: one for one in fields(settings)}[name].metadata["bounds"]


def _check_bounds(settings: FinetuneSettings | SoundChanges) -> None:
    for one in fields(settings):
        if "bounds" not in one.metadata:
            continue
        low, high = one.metadata["bounds"]
        value = getattr(settings, one.name)
        whole = one.type is int
        number = type(value) is int or (not whole and isinstance(value, float))
        if not number or not math.isfinite(value) or not low <= value <= high:
            kind = "a whole number" if whole else "a number"
            raise SettingsError(one.name, f"{value!r:.40} is not {kind} from {low:g} to {high:g}")
