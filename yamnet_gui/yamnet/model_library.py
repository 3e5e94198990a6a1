"""The user's fine-tuned models: a folder of model files, each under its name and identity."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from yamnet_gui.core.errors import SettingsError, WeightsError
from yamnet_gui.core.files import exists, replacing
from yamnet_gui.core.text import close_matches, did_you_mean, encodable

from .model_info import ModelInfo
from .weights import WeightsFile, inspect_weights, weights_folder
from .weights_hdf5 import INFO, SIGNATURE, model_in_hdf5
from .weights_reading import refused, regular_bytes

SUFFIX = ".h5"
MODEL_ADVICE = "choose a file that `yamnet-gui finetune` or Tools › Fine-tune wrote"
_DIGITS = 12
_MOST = 500
_LONGEST = 60
_OTHER_SIGNS = re.compile(r"[^\w .()+-]")
_NEAR, _ALIKE = 3, 0.5


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A file among the user's models: what is in it, or why it cannot be used."""

    path: Path
    file: WeightsFile | None
    problem: str = ""


def models_folder() -> Path:
    """The folder of the user's data that holds their models; may not exist yet."""
    return weights_folder() / "models"


def description_of(path: Path) -> ModelInfo | None:
    """What a model file says about itself; None for weights of YAMNet in any form.

    Raises WeightsError where the file, or what it says, cannot be read.
    """
    try:
        if path.is_dir():
            return None
        content = regular_bytes(path)
    except (OSError, ValueError) as error:
        reason = f"cannot be read ({getattr(error, 'strerror', None) or error})"
        raise WeightsError(path, reason) from error
    # HDF5 holds the names of its groups as they are: without this one there is no description,
    # and the library that reads HDF5 need not be loaded
    group = INFO.partition("/")[0].encode()
    if not content.startswith(SIGNATURE) or group not in content:
        return None
    return model_in_hdf5(path, content)[1]


def listed_models() -> list[ListedModel]:
    """Every file in the folder of models, read whole and checked, by name."""
    listed = list(map(_listed, _files()))
    return sorted(listed, key=lambda one: (one.file is None, _name(one).casefold(), one.path.name))


def add_model(path: Path) -> WeightsFile:
    """Copies a model file into the folder of models, after checking it.

    Raises WeightsError where it is refused, is YAMNet itself, or cannot be written.
    """
    file = inspect_weights(path)
    if file.model is None:
        raise refused(path, "holds YAMNet's own weights, not a fine-tuned model", MODEL_ADVICE)
    target = models_folder() / _file_name(file.model, file.identity)
    try:
        if target.exists() and target.samefile(path):
            return file
        content = regular_bytes(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as beside:
            beside.write_bytes(content)
            written = inspect_weights(beside)
            if written.identity != file.identity:
                raise WeightsError(path, "was replaced while it was being copied", "try again")
    except OSError as error:
        raise WeightsError(target, f"cannot be written ({error.strerror or error})") from error
    return replace(written, path=target)


def remove_model(path: Path) -> None:
    """Removes a file of the folder of models, and what was made of it for LiteRT.

    Raises WeightsError where it lies elsewhere or cannot be removed.
    """
    if path.parent != models_folder():
        raise WeightsError(path, "is not one of the models of this program")
    identity = ""
    with suppress(WeightsError):
        identity = inspect_weights(path).identity
    try:
        path.unlink()
    except OSError as error:
        raise WeightsError(path, f"cannot be removed ({error.strerror or error})") from error
    for made in models_folder().glob(f"yamnet-{identity[:16]}-*.tflite") if identity else ():
        with suppress(OSError):
            made.unlink()


def model_with_identity(identity: str) -> Path | None:
    """The file among the user's models with this identity; None where there is none."""
    first = [path for path in _files() if path.stem.endswith(identity[:_DIGITS])]
    for path in first:
        with suppress(WeightsError):
            if inspect_weights(path).identity == identity:
                return path
    return None


def model_path(text: str | Path) -> Path:
    """The file that is meant: a path, or the name of one of the user's models.

    Raises SettingsError where it is neither, or where several models have the name.
    """
    path = Path(text).expanduser()
    if exists(path):
        return path
    wanted = str(text).casefold()
    models = [one for one in listed_models() if one.file is not None]
    named = [one for one in models if wanted in (_name(one).casefold(), one.path.name.casefold())]
    if len(named) == 1:
        return named[0].path
    if named:
        paths = ", ".join(str(one.path) for one in named)
        raise SettingsError(str(text), "is the name of several models", f"give one of {paths}")
    near = close_matches(str(text), [_name(one) for one in models], _NEAR, _ALIKE)
    where = f"yours are listed under Tools › Models, and lie in {models_folder()}"
    raise SettingsError(
        str(text), "is neither a model file nor one of your models", did_you_mean(near, where)
    )


def _listed(path: Path) -> ListedModel:
    try:
        file = inspect_weights(path)
    except WeightsError as error:
        return ListedModel(path, None, f"{error.reason}")
    if file.model is None:
        return ListedModel(path, None, "holds YAMNet's own weights, not a fine-tuned model")
    return ListedModel(path, file)


def _name(one: ListedModel) -> str:
    return one.file.model.name if one.file is not None and one.file.model else one.path.name


def _files() -> Iterator[Path]:
    with suppress(OSError):
        found = sorted(models_folder().glob(f"*{SUFFIX}"))
        yield from found[:_MOST]


def _file_name(model: ModelInfo, identity: str) -> str:
    name = encodable(_OTHER_SIGNS.sub("_", model.name))[:_LONGEST].strip(" .") or "model"
    return f"{name}-{identity[:_DIGITS]}{SUFFIX}"
