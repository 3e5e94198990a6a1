"""Many recordings to one file of vectors."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from yamnet_gui.analysis.cache import ResultCache
from yamnet_gui.analysis.custom_classes import load_classifiers, with_custom_classes
from yamnet_gui.analysis.events_of import EventsRequest, RecordingEvents, recording_events
from yamnet_gui.analysis.model import WeightsModel
from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.core.errors import RecordingError, UserError, WeightsError
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.core.text import printable
from yamnet_gui.detection import RuleSet

from .vector_files import vector_file
from .vectors import VectorOptions, vectors_of


@dataclass(frozen=True)
class EmbeddingOptions:
    """What is made of the recordings, and where it goes.

    `rules` (and `classes`, indices; empty: all) determine the events, with one row per event.
    `classifiers` are files of custom classes.
    """

    output: Path
    weights: Path
    vectors: VectorOptions = field(default_factory=VectorOptions)
    settings: AnalysisSettings = field(default_factory=AnalysisSettings)
    cache: Path | None = None
    rules: RuleSet = field(default_factory=RuleSet)
    classes: tuple[int, ...] = ()
    classifiers: tuple[Path, ...] = ()


@dataclass(frozen=True)
class EmbeddingProgress:
    """After each chunk and each recording: `done` of `total` recordings, the one at work, rows
    written so far, and which recordings failed, with the reason."""

    done: int
    total: int
    path: Path | None = None
    rows: int = 0
    failed: tuple[tuple[Path, str], ...] = ()


@dataclass
class _Count:
    rows: int = 0
    failed: list[tuple[Path, str]] = field(default_factory=list)


def write_vectors(paths: Sequence[Path], options: EmbeddingOptions) -> Iterator[EmbeddingProgress]:
    """Analyses the recordings and writes one file of vectors; it appears at the end, complete.

    A bad recording is reported and does not stop the others; where all are bad, nothing is
    written. Closing the generator stops within a chunk. Raises UserError where options do not fit,
    the weights are missing or the file cannot be written.
    """
    cache = ResultCache(options.cache) if options.cache is not None else None
    model = WeightsModel(options.weights, cache.memo_folder if cache else None)
    classifiers = load_classifiers(options.classifiers, model.sha256)
    class_map = with_custom_classes(bundled_class_map(), classifiers)
    count = _Count()
    columns = options.vectors.columns(class_map)
    per_event = options.vectors.per == "event"
    request = EventsRequest(
        options.settings, options.rules if per_event else None, classifiers, options.classes
    )
    with ExitStack() as stack:
        file = stack.enter_context(vector_file(options.output, columns, per_event, model.sha256))
        for done, path in enumerate(paths):
            try:
                result: RecordingEvents | None = None
                with closing(recording_events(path, model, request, cache)) as steps:
                    for step in steps:
                        result = step.result
                        failed = tuple(count.failed)
                        yield EmbeddingProgress(done, len(paths), path, count.rows, failed)
                assert result is not None
            except WeightsError:
                raise
            except UserError as error:
                tail = f" — {error.advice}" if error.advice else ""
                count.failed.append((path, error.reason + tail))
                continue
            for rows in vectors_of(result.analysis, options.vectors, result.events, class_map):
                file.add(printable(path), rows)
                count.rows += len(rows.start_s)
        if paths and len(count.failed) == len(paths):
            path, reason = count.failed[0]
            raise RecordingError(printable(path), reason)
    yield EmbeddingProgress(len(paths), len(paths), None, count.rows, tuple(count.failed))
