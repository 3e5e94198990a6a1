"""One recording of a run: analysed, and its parts put on the disk."""

import os
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from yamnet_gui.analysis.analyse import AnalysisProgress
from yamnet_gui.analysis.cache import ResultCache
from yamnet_gui.analysis.custom_classes import load_classifiers, with_custom_classes
from yamnet_gui.analysis.event_table import write_event_table
from yamnet_gui.analysis.events_of import EventsRequest, RecordingEvents, recording_events
from yamnet_gui.analysis.model import WeightsModel
from yamnet_gui.core.errors import SettingsError, UserError, WeightsError
from yamnet_gui.core.model_parameters import EMBEDDING_SIZE
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.detection import rules_from_json
from yamnet_gui.labels.exchange.score_tables import write_scores

from .journal import Record
from .options import BatchOptions
from .table_files import write_part
from .tables import (
    best_classes,
    clip_columns,
    clip_rows,
    embedding_columns,
    frame_rows,
    score_columns,
    write_arrays,
)


@dataclass(frozen=True, slots=True)
class PartNames:
    """Where the parts of one recording go; None where the table is not wanted.

    Arrays (.npz) and score tables go to their final place at once; everything else into the
    journal's folder.
    """

    labels: Path | None = None
    clips: Path | None = None
    scores: Path | None = None
    embeddings: Path | None = None

    def all_there(self) -> bool:
        paths = (self.labels, self.clips, self.scores, self.embeddings)
        return all(path.exists() for path in paths if path is not None)


Task = tuple[Path, str, PartNames]
"""A recording, its key, and where its parts go."""


class Worker:
    """Does the work on recordings, one after another, with one model and one cache."""

    def __init__(self, options: BatchOptions) -> None:
        self.options = options
        self.cache = ResultCache(options.cache) if options.cache is not None else None
        memo = self.cache.memo_folder if self.cache else None
        self.model = WeightsModel(options.weights, memo)
        # which model it is may have to be read from the weights, so it is asked only where needed
        model_sha256 = self.model.sha256 if options.classifiers else ""
        self.classifiers = load_classifiers(options.classifiers, model_sha256)
        self.class_map = with_custom_classes(bundled_class_map(), self.classifiers)

    @cached_property
    def _scores_alone(self) -> EventsRequest:
        return EventsRequest(self.options.settings, None, self.classifiers)

    @cached_property
    def _request(self) -> EventsRequest:
        """Not grouped: events are grouped when the parts are joined, so parts fit any grouping."""
        wanted = self.options.events
        if wanted is None or self.options.score_tables:
            return self._scores_alone
        rules = rules_from_json(wanted.rules, self.class_map, bundled_ontology())
        return replace(self._scores_alone, rules=rules, classes=wanted.classes, top=wanted.top)

    def run(
        self, path: Path, key: str, parts: PartNames
    ) -> Generator[AnalysisProgress | Record, None, None]:
        """Analyses the recording and writes its parts; yields its record last.

        The record states what is wrong with the recording. Raises WeightsError, and
        SettingsError where a part cannot be written. Closing the generator stops within a chunk.
        """
        record = identity(path, key)
        result: RecordingEvents | None = None
        request = self._request if parts.labels is not None else self._scores_alone
        try:
            with closing(recording_events(path, self.model, request, self.cache)) as steps:
                for step in steps:
                    result = step.result
                    if step.scores is not None:
                        yield step.scores
        except WeightsError:
            raise
        except UserError as error:
            tail = f" — {error.advice}" if error.advice else ""
            yield replace(record, reason=error.reason + tail)
            return
        except Exception as error:  # noqa: BLE001 - one recording must not stop the others
            yield replace(record, reason=f"cannot be analysed ({type(error).__name__}: {error})")
            return
        assert result is not None
        analysis = result.analysis
        try:
            self._write(result, parts)
        except OSError as error:
            where = Path(error.filename or self.options.outputs[0]).parent
            raise SettingsError(where, f"cannot be written ({error.strerror or error})") from error
        seconds = sum(t.grid.end_s - t.grid.start_s for t in analysis.tables[:1])
        best = best_classes(analysis, self.class_map.names, self.options.best)
        yield replace(record, audio_s=seconds, best=tuple(best), warnings=analysis.warnings)

    def _write(self, result: RecordingEvents, parts: PartNames) -> None:
        names, options, analysis = self.class_map.names, self.options, result.analysis
        if parts.labels is not None and options.score_tables:
            write_scores(
                analysis, names, parts.labels, options.events.classes if options.events else ()
            )
        elif parts.labels is not None and result.events is not None:
            write_event_table(parts.labels, result.events)
        if parts.clips is not None:
            columns = clip_columns(names, EMBEDDING_SIZE if options.mean_embedding else 0)
            write_part(parts.clips, columns, clip_rows(analysis, options.mean_embedding))
        if parts.scores is not None:
            if parts.scores.suffix == ".npz":
                write_arrays(parts.scores, analysis, names, with_scores=True)
            else:
                write_part(parts.scores, score_columns(names), frame_rows(analysis, "scores"))
        if parts.embeddings is not None:
            if parts.embeddings.suffix == ".npz":
                write_arrays(parts.embeddings, analysis, names, with_scores=False)
            else:
                columns = embedding_columns(EMBEDDING_SIZE)
                write_part(parts.embeddings, columns, frame_rows(analysis, "embeddings"))


def identity(path: Path, key: str) -> Record:
    """An empty record of the file as it is now; sizes are -1 where it cannot be reached."""
    try:
        status = file_of(path).stat()
        size, changed = status.st_size, status.st_mtime_ns
    except (OSError, ValueError):
        size, changed = -1, -1
    return Record(key, os.fspath(path), size, changed)
