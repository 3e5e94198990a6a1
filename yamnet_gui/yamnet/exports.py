"""Models for other programs: SavedModel, LiteRT and ONNX, each checked before it is written.

All take a waveform, 16 kHz mono in [-1, 1], and give scores, embeddings and log-mel frames, as the
published model does. TensorFlow builds them in a process of its own (`export_process`).
"""

import csv
import io
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.added_packages import how_to_install
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.files import exists, replacing
from yamnet_gui.core.text import counted, grouped, megabytes

from .own_process import TEMPORARY, in_own_process
from .weights import inspect_weights

Floats = NDArray[np.float32]
ExportName = Literal["savedmodel", "litert", "litert-int8", "onnx"]
EXPORT_TOLERANCE = 1e-4
"""By how much the scores of an exported model may differ from this program's."""
INT8_TOLERANCE = 0.1
"""The same for weights of 8 bits, on average over all scores: more is broken, not rounded."""
RESULT, SOUNDS, CLASSES_FILE = "result.json", "sounds.npz", "yamnet_class_map.csv"
"""What the process and its caller hand each other; the class map has its published name."""


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A form that other programs read. `suffix` "" is a folder; `packages` are needed for it."""

    name: ExportName
    title: str
    suffix: str
    text: str
    packages: tuple[str, ...] = ("tensorflow",)

    @property
    def exact(self) -> bool:
        """Whether its scores must be this program's."""
        return self.name != "litert-int8"


EXPORT_FORMATS: dict[str, ExportFormat] = {
    one.name: one
    for one in (
        ExportFormat("savedmodel", "SavedModel", "", "TensorFlow: a folder, as published"),
        ExportFormat("litert", "LiteRT", ".tflite", "phones and small computers"),
        ExportFormat("litert-int8", "LiteRT, 8-bit weights", ".tflite", "a quarter of the size"),
        ExportFormat("onnx", "ONNX", ".onnx", "ONNX Runtime and others", ("onnx", "onnxruntime")),
    )
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A model that was written, and how far its results are from this program's.

    `largest` and `mean` are absolute differences of scores over `frames`; `crossed` is the share
    of frames and classes at or above 0.5 on one side alone, of those that are so on either side.
    `embeddings` and `log_mel` are the largest differences of those.
    """

    path: Path
    format: ExportFormat
    size: int
    largest: float
    mean: float
    crossed: float
    embeddings: float
    log_mel: float
    frames: int
    beside: tuple[Path, ...] = ()

    @property
    def sentence(self) -> str:
        compared = f"compared with this program over {counted(self.frames, 'frame')}"
        if self.format.exact:
            return f"{megabytes(self.size)}; scores equal within {self.largest:.0e}, {compared}"
        return (
            f"{megabytes(self.size)}; scores differ by {self.mean:.4f} on average and by up to"
            f" {self.largest:.2f}, {grouped(100 * self.crossed, 1)}% of the scores from 0.5 on"
            f" cross it, {compared}"
        )


def missing_packages(form: ExportFormat) -> tuple[str, ...]:
    """The packages that have to be installed for a format; looks without importing them."""
    return tuple(name for name in form.packages if find_spec(name) is None)


def outputs_of(out: Path, form: ExportFormat) -> tuple[Path, ...]:
    """Every path that an export writes: the model, and the names of its classes beside a file."""
    if not form.suffix:
        return (out,)
    return (out, out.with_name(f"{out.stem}_class_map.csv"))


def exporting(
    model: Path, out: Path, form: ExportFormat, sounds: Sequence[Floats] = ()
) -> Generator[float, None, Exported]:
    """Writes a model, YAMNet's or a fine-tuned one, for other programs; yields how far it is.

    `out` is a file, or for a SavedModel a folder that is not there yet or empty. `sounds` (n,) at
    16 kHz are what its scores are compared on, beside test sounds. Nothing is written unless they
    are this program's. Closing the generator ends it. Raises WeightsError.
    """
    file = inspect_weights(model)
    missing = missing_packages(form)
    if missing:
        names = " and ".join(missing)
        raise WeightsError(form.title, f"needs {names}", how_to_install(*missing))
    if not form.suffix and exists(out) and (not out.is_dir() or any(out.iterdir())):
        raise WeightsError(out, "is there already", "name a folder that is not there yet")
    _check_beside(out, form, file.classes)
    try:
        with tempfile.TemporaryDirectory(prefix=TEMPORARY) as temporary:
            folder = Path(temporary)
            made = folder / f"model{form.suffix}"
            with (folder / CLASSES_FILE).open("w", encoding="utf-8", newline="") as table:
                _write_classes(table, file.classes)
            np.savez(folder / SOUNDS, *sounds)
            module = "yamnet_gui.yamnet.export_process"
            problem = yield from in_own_process(module, (form.name, model.absolute(), made), folder)
            if problem:
                raise WeightsError(model, f"cannot be exported as {form.title}: {problem}")
            figures = json.loads((folder / RESULT).read_text())
            if inspect_weights(model).identity != file.identity:
                raise WeightsError(model, "was replaced while it was being exported", "try again")
            _check_beside(out, form, file.classes)
            return _placed(made, out, form, figures, folder / CLASSES_FILE)
    except OSError as error:
        raise WeightsError(out, f"cannot be written ({error.strerror or error})") from error


def _placed(
    made: Path, out: Path, form: ExportFormat, figures: dict[str, float], classes: Path
) -> Exported:
    """Puts what was made where it is wanted, whole or not at all. Raises OSError."""
    out.parent.mkdir(parents=True, exist_ok=True)
    if form.suffix:
        size = made.stat().st_size
        with replacing(out) as beside:
            shutil.copyfile(made, beside)
        for target in outputs_of(out, form)[1:]:
            if os.path.lexists(target):  # with these classes, as was checked
                continue
            with replacing(target) as beside:
                shutil.copyfile(classes, beside)
    else:
        size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
        part = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        try:
            shutil.copytree(made, part / "model")
            with suppress(FileNotFoundError):
                out.rmdir()  # an empty one
            os.rename(part / "model", out)  # noqa: PTH104 - a folder
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return Exported(
        out,
        form,
        size,
        figures["largest"],
        figures["mean"],
        figures["crossed"],
        figures["embeddings"],
        figures["log_mel"],
        int(figures["frames"]),
        outputs_of(out, form)[1:],
    )


def _check_beside(out: Path, form: ExportFormat, classes: ClassMap) -> None:
    """Raises WeightsError where the names of other classes lie beside a file to be written.

    Nothing in such a table says who wrote it, and the published one goes by the same name.
    """
    for path in outputs_of(out, form)[1:]:
        if os.path.lexists(path) and not _holds(path, classes):
            reason = "is a file that this program did not write and is left as it is"
            raise WeightsError(path, reason, "move it away or choose another output file")


def _holds(path: Path, classes: ClassMap) -> bool:
    """Whether this is a regular file with exactly these classes."""
    own = io.StringIO(newline="")
    _write_classes(own, classes)
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > 2 * len(own.getvalue().encode()):
            return False
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    return text.splitlines() == own.getvalue().splitlines()


def _write_classes(table: IO[str], classes: ClassMap) -> None:
    writer = csv.writer(table)
    writer.writerow(("index", "mid", "display_name"))
    writer.writerows((one.index, one.mid, one.name) for one in classes)
