"""What is damaged and read again: each target makes its inputs, damages one, and reads it.

`Target.read(random)` damages something and hands it to the parser as the program does. It may
return or raise UserError; everything else is a finding.
"""

import gzip
import io
import json
import shutil
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import numpy as np

from yamnet_gui.analysis import ResultCache
from yamnet_gui.analysis.result import Analysis
from yamnet_gui.audio import open_audio
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.detection import derive_events
from yamnet_gui.detection.rules_io import load_rules, save_rules
from yamnet_gui.embedding import EmbeddingStore, read_classifier
from yamnet_gui.labels.exchange.import_plan import plan_import
from yamnet_gui.labels.exchange.reading import TableReading, all_read, read_tables
from yamnet_gui.labels.exchange.saved_columns import SavedColumns
from yamnet_gui.labels.formats.read_write import write_labels
from yamnet_gui.labels.project import Project, read_label_set
from yamnet_gui.yamnet.weights import inspect_weights

from . import inputs
from .dataset_target import dataset
from .model_target import model
from .mutators import Mutator, in_bytes, in_cells, in_chunks, in_json, in_text, in_xml
from .saved_model import in_index, write_archive

Reader = Callable[[Random], None]
_MOST_FRAMES = 1 << 20


def _damaged(random: Random, source: Path, work: Path, *mutators: Mutator) -> Path:
    """A damaged copy, alone in a folder with undamaged copies of what lies beside it."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    for beside in source.parent.iterdir():
        if beside.is_file() and beside.name.startswith(source.name.split(".")[0]):
            shutil.copyfile(beside, work / beside.name)
    data = source.read_bytes()
    for _ in range(random.choice((1, 1, 1, 2))):
        data = random.choice(mutators)(random, data)
    path = work / source.name
    path.write_bytes(data)
    return path


def _kinds(path: Path) -> tuple[Mutator, ...]:
    begin = path.read_bytes()[:64].lstrip(b"\xef\xbb\xbf \n")
    if begin.startswith((b"{", b"[")):
        return in_json, in_json, in_json, in_text, in_bytes
    if begin.startswith(b"<"):
        return in_xml, in_xml, in_text, in_bytes
    if begin.startswith(b"PAR1"):
        return in_bytes, in_chunks
    return in_text, in_text, in_text, in_bytes


def labels(folder: Path, work: Path) -> Reader:
    """Every label format, with its sidecar: read, compared with a project, and written again."""
    files = inputs.label_files(folder)
    info = RecordingInfo(folder / "street.wav", 60.0, inputs.RATE, 2, None)

    def read(random: Random) -> None:
        table = _damaged(random, source := random.choice(files), work, *_kinds(source))
        if table.suffix != ".json" or not table.name.endswith(".yamnet.json"):
            tables = [table]
        else:
            tables = [p for p in sorted(work.iterdir()) if p != table][:1]
        reading = TableReading(recording=info if random.random() < 0.7 else None)
        done = all_read(read_tables([info], tables, reading))
        for problem in done.problems:
            sentence(str(problem))
        plan = plan_import([inputs.labelled(info.path)], done.recordings)
        plan.counts()
        if done.recordings and random.random() < 0.1:
            write_labels("csv", done.recordings, work / "again.csv")

    return read


def sounds(folder: Path, work: Path) -> Reader:
    """Every container: opened, and read from the beginning and somewhere within."""
    files = [*inputs.sound_files(folder), *[inputs.sound_with_chunks(folder)] * 3]
    info = RecordingInfo(work / "none.wav", 1.0, inputs.RATE, 1, None)

    def read(random: Random) -> None:
        path = _damaged(random, random.choice(files), work, in_chunks, in_chunks, in_bytes)
        if random.random() < 0.2:
            all_read(read_tables([info], [path], TableReading(format_name="markers")))
        with open_audio(path) as source:
            block = source.read(0, min(source.frames, _MOST_FRAMES))
            if not np.isfinite(block).all():
                raise AssertionError("samples that are not numbers")
            source.read(random.randrange(source.frames + 1), 1000)

    return read


def project(folder: Path, work: Path) -> Reader:
    """Projects with damaged cells, tables and pages."""
    source = folder / "project.yamnet"
    shutil.copyfile(inputs.STORED / source.name, source)

    def read(random: Random) -> None:
        mutators = () if random.random() < 0.8 else (in_bytes,)
        path = _damaged(random, source, work, *(mutators or (lambda _r, data: data,)))
        if not mutators:
            in_cells(random, path)
        with Project.open(path, read_only=random.random() < 0.3) as opened:
            for recording in opened.recordings.all():
                opened.recordings.labelled(recording.id)
                opened.recordings.analyses(recording.id)
            opened.check()
            if not opened.read_only:
                opened.undo()

    return read


def rules(folder: Path, work: Path) -> Reader:
    """Rule sets: read, used and written again."""
    source = folder / "rules.json"
    shutil.copyfile(inputs.STORED / source.name, source)
    scores = np.linspace(0, 1, 20 * 521, dtype=np.float32).reshape(20, 521)

    def read(random: Random) -> None:
        ruleset = load_rules(_damaged(random, source, work, in_json, in_json, in_text, in_bytes))
        save_rules(work / "again.json", ruleset)
        if random.random() < 0.05:
            use(ruleset, scores)

    return read


def use(ruleset: object, scores: np.ndarray) -> None:
    from yamnet_gui.core.scores import FrameGrid, ScoreTable

    grid = FrameGrid(len(scores), 10.0, 0.0, 0.48)
    derive_events(ScoreTable(grid, scores, None), ruleset, bundled_class_map())  # type: ignore[arg-type]


def classifier(folder: Path, work: Path) -> Reader:
    """Custom classes: read and used; damage also inside the archive, with true checksums."""
    source = folder / "owl.yamnet-class"
    shutil.copyfile(inputs.STORED / source.name, source)

    def read(random: Random) -> None:
        how = (in_archive, in_archive, in_bytes, in_chunks)
        made = read_classifier(_damaged(random, source, work, *how))
        made.scores(np.ones((3, made.layers[0].weights.shape[0]), np.float32))

    return read


def in_archive(random: Random, data: bytes) -> bytes:
    """Damages one entry of a ZIP archive; the checksums are true afterwards."""

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            entries = {name: old.read(name) for name in old.namelist()}
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, EOFError, zlib.error):
        return in_bytes(random, data)
    name = random.choice(list(entries))
    change = random.choice((in_json, in_text)) if name.endswith(".json") else in_bytes
    entries[name] = change(random, entries[name])
    if random.random() < 0.1:
        entries[random.choice(("../../out", "/tmp/out", "x" * 300, "layer9_bias.npy"))] = b"x"
    if random.random() < 0.05:
        entries[name] = bytes(1 << 24)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry, content in entries.items():
            new.writestr(entry, content)
    return out.getvalue()


def weights(folder: Path, work: Path) -> Reader:
    """Weights as HDF5, and as a SavedModel's archive, packed or not."""
    hdf5, rows, data = inputs.weights_files(folder)

    def read(random: Random) -> None:
        if random.random() < 0.5:
            inspect_weights(_damaged(random, hdf5, work, in_bytes, in_chunks))
            return
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        path = work / "w.tar"
        write_archive(path, in_index(random, rows), data)
        if random.random() < 0.5:
            content = in_bytes(random, path.read_bytes()[:2000]) + path.read_bytes()[2000:]
            path.write_bytes(content)
        if random.random() < 0.1:
            path.write_bytes(in_bytes(random, gzip.compress(path.read_bytes(), 1)))
        inspect_weights(path)

    return read


def analysis(folder: Path, work: Path) -> Reader:
    """Stored analyses and parts of unfinished ones: used where whole, else computed again."""
    finished = sorted((inputs.STORED / "cache" / "results").glob("*/*/analysis.json"))
    part = next((inputs.STORED / "cache" / "results").glob("*/*.part"))

    def read(random: Random) -> None:
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(inputs.STORED / "cache", work)
        cache = ResultCache(work)
        if random.random() < 0.6:
            folder = work / random.choice(finished).parent.relative_to(inputs.STORED / "cache")
            _damage_one(random, folder)
            stored = cache.load(folder.name, folder / "none.wav")
            if stored is not None:
                used(stored)
        else:
            folder = work / part.relative_to(inputs.STORED / "cache")
            _damage_one(random, folder)
            recipe = first_recipe(part)
            with cache.writer(folder.name.removesuffix(".part"), [0, 1], recipe) as writer:
                for channel in (0, 1):
                    list(writer.stored(channel))

    return read


def first_recipe(part: Path) -> str:
    line = (part / "progress.jsonl").read_text("utf-8").splitlines()[0]
    return str(json.loads(line)["recipe"])


def used(stored: Analysis) -> None:
    """Everything that a stored analysis offers."""
    for table in stored.tables:
        for chunk in stored.chunks(table.channel):
            chunk.scores.max(initial=0)
        stored.envelope(table.channel)
        table.grid.count  # noqa: B018
    f"{stored.duration_s:.1f} {stored.created_utc:%Y} {stored.recording.duration_s:.1f}"


def _damage_one(random: Random, folder: Path) -> None:
    path = random.choice([p for p in sorted(folder.rglob("*")) if p.is_file()])
    kinds = (
        (in_json, in_json, in_text, in_bytes) if path.suffix.startswith(".json") else (in_bytes,)
    )
    path.write_bytes(random.choice(kinds)(random, path.read_bytes()))


def embeddings(folder: Path, work: Path) -> Reader:
    """Stores of embeddings, with true checksums of damaged lines; read and written on."""
    source = next((inputs.STORED / "project.yamnet-embeddings").iterdir())
    model = _model_of(source)

    def read(random: Random) -> None:
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(source, work)
        if random.random() < 0.6:
            in_index_lines(random, work / "index.jsonl")
        else:
            _damage_one(random, work)
        store = EmbeddingStore(work, model, read_only=random.random() < 0.5)
        try:
            frames = store.frames()
            frames.vectors.max(initial=0)
            for name in store.recordings():
                store.stored(name)
            if not store.read_only and random.random() < 0.3:
                store.compact()
        finally:
            store.close()

    return read


def _model_of(folder: Path) -> str:
    return str(json.loads((folder / "index.jsonl").read_bytes().splitlines()[0][9:])["model"])


def in_index_lines(random: Random, path: Path) -> None:
    lines = path.read_bytes().splitlines()
    at = random.randrange(len(lines))
    text = in_json(random, lines[at][9:]).replace(b"\n", b"")
    lines[at] = b"%08x %s" % (zlib.crc32(text), text)
    path.write_bytes(b"\n".join(lines) + b"\n")


def settings(folder: Path, work: Path) -> Reader:
    """The settings file, read as the window does at its start."""
    from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QSplitter, QWidget

    from yamnet_gui.gui.controllers.automatic.spectrogram_settings import _read
    from yamnet_gui.gui.state.settings import SETTINGS, Settings

    QApplication.instance() or QApplication(sys.argv[:1])
    source = folder / "settings.ini"
    shutil.copyfile(inputs.STORED / source.name, source)
    window = QMainWindow()
    for name in ("recordings", "classes", "events"):
        dock = QDockWidget(name)
        dock.setObjectName(name)
        dock.setWidget(QWidget())
        window.addDockWidget(dock_area(), dock)
    splitter = QSplitter()
    for _ in range(3):
        splitter.addWidget(QWidget())

    def read(random: Random) -> None:
        stored = Settings(_damaged(random, source, work, in_text, in_text, in_bytes))
        for setting in SETTINGS:
            value = stored.value(setting.key)
            if type(value) is not type(setting.default):
                raise AssertionError(f"{setting.key} is {type(value)}")
            if isinstance(value, float) and not setting.low <= value <= setting.high:
                raise AssertionError(f"{setting.key} is {value}")
        stored.recent_files(), stored.folder(), stored.shortcut("accept")
        stored.numbers("map-placed")
        window.restoreGeometry(stored.bytes("geometry"))
        window.restoreState(stored.bytes("docks"))
        splitter.restoreState(stored.bytes("tracks"))
        _read(bytes(stored.bytes("spectrogram").data()))
        stored.remember_folder(work)
        stored.flush()

    return read


def dock_area():  # type: ignore[no-untyped-def]
    from PySide6.QtCore import Qt

    return Qt.DockWidgetArea.LeftDockWidgetArea


def label_sets(folder: Path, work: Path) -> Reader:
    """Files of label sets, also plain text."""
    source = folder / "label_set.json"
    shutil.copyfile(inputs.STORED / source.name, source)
    plain = folder / "plain.txt"
    plain.write_text("Dog\nCat\nUhu\n", "utf-8")

    def read(random: Random) -> None:
        if random.random() < 0.2:
            labels = read_label_set(_damaged(random, plain, work, in_text, in_bytes))
        else:
            labels = read_label_set(_damaged(random, source, work, in_json, in_json, in_bytes))
        for label in labels.labels:
            label.name.encode()

    return read


def columns(folder: Path, work: Path) -> Reader:
    """Saved mappings of columns."""
    source = inputs.columns_file(folder)

    def read(random: Random) -> None:
        saved = SavedColumns(_damaged(random, source, work, in_json, in_text, in_bytes))
        for name in [*saved.texts(), "other=x"]:
            saved.mapping(name)

    return read


TARGETS: dict[str, tuple[Callable[[Path, Path], Reader], float]] = {
    "labels": (labels, 6.0),
    "sounds": (sounds, 4.0),
    "weights": (weights, 2.0),
    "project": (project, 2.0),
    "analysis": (analysis, 1.5),
    "embeddings": (embeddings, 1.0),
    "classifier": (classifier, 1.0),
    "rules": (rules, 1.0),
    "settings": (settings, 1.0),
    "label_sets": (label_sets, 0.5),
    "columns": (columns, 0.5),
    "dataset": (dataset, 2.0),
    "model": (model, 1.0),
}
"""Maker of the reader, and its share of the time."""


def sentence(text: str) -> None:
    """Raises AssertionError where a message is no single sentence to be shown."""
    if not text.strip() or "\n" in text or len(text) > 2500:
        raise AssertionError(f"not one sentence: {text[:200]!r}")
    text.encode("utf-8", "surrogateescape")


def readers(folder: Path, names: list[str]) -> Iterator[tuple[str, Reader]]:
    for name in names:
        own = folder / f"inputs-{name}"
        own.mkdir()
        yield name, TARGETS[name][0](own, folder / "work" / name)
