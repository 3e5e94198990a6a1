"""The file of custom classes: a zip with `classifier.json` and one `.npy` an array.

NumPy opens it as an .npz. Nothing in it is ever executed, and nothing is believed before it was
checked: names, sizes before unpacking, types, shapes, and that every number is finite.
"""

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from yamnet_gui.core.errors import ClassifierError
from yamnet_gui.core.files import check_no_device, replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.model_identity import current_identity
from yamnet_gui.core.npy_header import read_npy_header

from .classifier import Classifier, DenseLayer, checked
from .frames import Floats

META = "classifier.json"
FORMAT = "yamnet-gui classifier"
VERSION = 1
_LARGEST_FILE = 64 << 20
_LARGEST_META = 1 << 20
_MOST_LAYERS = 4
_MOST_LABELS = 1000
_WIDEST = 8192
_LONGEST_LABEL = 200
_ADVICE = "get a new copy of the file, or train the class again"


def write_classifier(path: Path, classifier: Classifier) -> None:
    """Writes the file, beside and renamed. Raises ClassifierError."""
    meta = {
        "format": FORMAT,
        "version": VERSION,
        "labels": list(classifier.labels),
        "layers": len(classifier.layers),
        "output": classifier.output,
        "unit_length": classifier.unit_length,
        "thresholds": list(classifier.thresholds),
        "model_sha256": classifier.model_sha256,
        "about": classifier.about,
    }
    try:
        checked(classifier)
        _checked_meta(parse_json(json.dumps(meta)))
    except ValueError as error:
        raise ClassifierError(path, f"cannot be written: {error}") from error
    try:
        with (
            replacing(path) as beside,
            zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as file,
        ):
            _put(file, META, json.dumps(meta, indent=1, ensure_ascii=False).encode())
            for name, array in _arrays(classifier):
                data = io.BytesIO()
                np.lib.format.write_array(
                    data, np.ascontiguousarray(array, "<f4"), version=(1, 0), allow_pickle=False
                )
                _put(file, f"{name}.npy", data.getvalue())
    except OSError as error:
        raise ClassifierError(path, f"cannot be written ({error.strerror or error})") from error


def read_classifier(path: Path) -> Classifier:
    """Reads and checks the file. Raises ClassifierError in words for whatever is wrong."""
    try:
        check_no_device(path)
        if path.stat().st_size > _LARGEST_FILE:
            raise ClassifierError(path, "is too large for a custom class file")
        with zipfile.ZipFile(path) as file:
            return _read(file)
    except FileNotFoundError:
        raise ClassifierError(path, "there is no such file") from None
    except OSError as error:
        raise ClassifierError(path, f"cannot be read ({error.strerror or error})") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        reason = "is damaged or not a custom class file"
        raise ClassifierError(path, reason, _ADVICE) from error
    except _RefusedError as error:
        raise ClassifierError(path, f"cannot be used: {error}", _ADVICE) from error
    except ValueError as error:
        raise ClassifierError(path, f"cannot be used: {error}", _ADVICE) from error


class _RefusedError(ValueError):
    """Something in the file is not as it must be."""


def _read(file: zipfile.ZipFile) -> Classifier:
    entries = file.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > 1 + 2 * _MOST_LAYERS or len(set(names)) != len(names):
        raise _RefusedError("it contains more than custom classes")
    if META not in names:
        raise _RefusedError(f"it has no {META}")
    if sum(entry.file_size for entry in entries) > _LARGEST_FILE:
        raise _RefusedError("unpacked it would be too large")
    meta = _meta(_bytes(file, META, _LARGEST_META))
    count = int(meta["layers"])
    wanted = [f"layer{k}_{part}.npy" for k in range(count) for part in ("weights", "bias")]
    if sorted(names) != sorted([META, *wanted]):
        raise _RefusedError("its arrays are not those that it should hold")
    layers = []
    for k in range(count):
        weights = _array(_bytes(file, f"layer{k}_weights.npy", _LARGEST_FILE), 2)
        bias = _array(_bytes(file, f"layer{k}_bias.npy", _LARGEST_FILE), 1)
        layers.append(DenseLayer(weights, bias))
    return checked(
        Classifier(
            labels=tuple(meta["labels"]),
            layers=tuple(layers),
            model_sha256=current_identity(meta["model_sha256"]),
            output=meta["output"],
            unit_length=meta["unit_length"],
            thresholds=tuple(float(t) for t in meta["thresholds"]),
            about=meta["about"],
        )
    )


def _bytes(file: zipfile.ZipFile, name: str, most: int) -> bytes:
    """The content of an entry, of which no more is unpacked than may be."""
    with file.open(name) as entry:
        data = entry.read(most + 1)
    if len(data) > most:
        raise _RefusedError("unpacked it would be too large")
    return data


def _meta(data: bytes) -> dict[str, Any]:
    try:
        meta = parse_json(data.decode("utf-8"))
    except ValueError:
        raise _RefusedError(f"{META} cannot be read") from None
    return _checked_meta(meta)


def _checked_meta(meta: Any) -> dict[str, Any]:
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        raise _RefusedError("it is not marked as a file of custom classes")
    if meta.get("version") != VERSION:
        raise _RefusedError("it was written by a newer version of the program")
    labels = meta.get("labels")
    if not isinstance(labels, list) or not 1 <= len(labels) <= _MOST_LABELS:
        raise _RefusedError("its list of classes cannot be used")
    for label in labels:
        fits = isinstance(label, str) and 1 <= len(label.strip()) <= _LONGEST_LABEL
        if not fits or not label.isprintable() or label != label.strip():
            raise _RefusedError("the name of a class cannot be used")
    layers = meta.get("layers")
    if type(layers) is not int or not 1 <= layers <= _MOST_LAYERS:
        raise _RefusedError("its number of layers cannot be used")
    if (
        meta.get("output") not in ("sigmoid", "softmax")
        or type(meta.get("unit_length")) is not bool
    ):
        raise _RefusedError("its kind of output is not known")
    thresholds = meta.get("thresholds")
    if not isinstance(thresholds, list) or not all(
        type(t) in (int, float) and 0 <= t <= 1 for t in thresholds
    ):
        raise _RefusedError("its thresholds are invalid")
    if not isinstance(meta.get("model_sha256"), str) or not isinstance(meta.get("about"), dict):
        raise _RefusedError(f"{META} is incomplete")
    return meta


def _array(data: bytes, dimensions: int) -> Floats:
    """A float32 array in NumPy's format, whose length is exactly that in its header."""
    stream = io.BytesIO(data)
    try:
        shape = read_npy_header(stream, "<f4", dimensions)
    except ValueError as error:
        raise _RefusedError(f"an array cannot be read: {error}") from None
    if any(not 1 <= n <= _WIDEST for n in shape):
        raise _RefusedError("an array is too large or empty")
    body = data[stream.tell() :]
    if len(body) != 4 * int(np.prod(shape)):
        raise _RefusedError("an array has not the length that it must have")
    array = np.frombuffer(body, "<f4").reshape(shape).astype(np.float32)
    array.flags.writeable = False
    return array


def _arrays(classifier: Classifier) -> list[tuple[str, Floats]]:
    arrays = []
    for k, layer in enumerate(classifier.layers):
        arrays += [(f"layer{k}_weights", layer.weights), (f"layer{k}_bias", layer.bias)]
    return arrays


def _put(file: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Adds an entry without a date, so that equal classes give equal files."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    file.writestr(entry, data)
