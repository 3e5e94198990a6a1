"""What a model file says about its classes and its training set, as plain values."""

import math
from collections import Counter
from pathlib import Path
from typing import Any

from yamnet_gui.core.class_map import SoundClass
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.core.text import encodable, printable
from yamnet_gui.yamnet import TrainedOn
from yamnet_gui.yamnet.model_info import LONGEST_NAME

from .prepared import USES, Prepared

_BEHIND = " (fine-tuned)"


def model_classes(labels: tuple[str, ...], *, keep: bool) -> tuple[SoundClass, ...]:
    """The classes of the model. A trained one that is called like one of YAMNet's that stays gets
    another name; where YAMNet's do not stay, it takes its AudioSet id over."""
    yamnet = bundled_class_map()
    kept = yamnet.classes if keep else ()
    classes = list(kept)
    for label in labels:
        same = yamnet.find(label)
        name = (
            label
            if same is None or not keep
            else f"{label[: LONGEST_NAME - len(_BEHIND)]}{_BEHIND}"
        )
        classes.append(SoundClass(len(classes), "" if same is None or keep else same.mid, name))
    return tuple(classes)


def check_names(labels: tuple[str, ...], *, keep: bool) -> None:
    """Raises SettingsError where two classes of the model would share a name."""
    seen: set[str] = set()
    for one in model_classes(labels, keep=keep):
        if one.name.casefold() in seen:
            raise SettingsError(one.name, "would be the name of two classes", "rename one of them")
        seen.add(one.name.casefold())


def shown_name(stem: str) -> str:
    """The name of a model in a file with this stem."""
    shown = "".join(c if c.isprintable() else "_" for c in encodable(stem)).strip()
    return shown[:LONGEST_NAME].strip() or "model"


def trained_on(data: Prepared) -> tuple[TrainedOn, ...]:
    """What each recording was used for; the names of files without their folders."""
    counts: dict[tuple[Path, int], Counter[str]] = {}
    for sound, use in zip(data.material.sounds, data.use.tolist(), strict=True):
        counts.setdefault((sound.path, use), Counter())[sound.label or ""] += 1
    return tuple(
        TrainedOn(printable(path.name), data.material.hashes.get(path, ""), USES[use], dict(count))
        for (path, use), count in counts.items()
    )


def plain_json(value: Any) -> Any:
    """Plain JSON values; what is not finite as None, paths as text."""
    if isinstance(value, dict):
        return {str(key): plain_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(one) for one in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int) else encodable(str(value))
