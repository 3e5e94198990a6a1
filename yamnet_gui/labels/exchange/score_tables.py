"""Score tables of analyses, for `sed_scores_eval`: a file for each recording, or its channels."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from yamnet_gui.analysis.cache import ResultCache, result_keys
from yamnet_gui.analysis.result import Analysis
from yamnet_gui.audio import content_hash, recording_start
from yamnet_gui.core.channels import channel_name
from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.model_parameters import CLASSES
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.labels.formats import write_score_table
from yamnet_gui.labels.formats.scores import SCORE_TABLE_START
from yamnet_gui.labels.overwrite_guard import check_companion
from yamnet_gui.labels.project import AnalysisRecord
from yamnet_gui.labels.project.analysis_settings import StoredSettings


def write_scores(
    tables: Sequence[ScoreTable], names: Sequence[str], path: Path, classes: Sequence[int] = ()
) -> list[Path]:
    """Writes the scores of the mix to `path`; of channels, each to a file beside it.

    Of these classes only, where any are named; names of classes that were not scored are left out.
    Raises LabelsError, also where the file of a channel would replace one that is no score table.
    """
    return [_write(table, names, path, classes) for table in tables]


def _write(table: ScoreTable, names: Sequence[str], path: Path, classes: Sequence[int]) -> Path:
    if classes:
        wanted = [k for k in sorted(set(classes)) if k < table.scores.shape[1]]
        chosen = np.ascontiguousarray(table.scores[:, wanted])
        chosen.flags.writeable = False
        table, names = replace(table, scores=chosen), [names[k] for k in wanted]
    if table.channel is not None:
        name = channel_name(table.channel).lower().replace(" ", "")
        path = path.with_name(f"{path.stem}.{name}{path.suffix}")
        check_companion(path, SCORE_TABLE_START)
    return write_score_table(table, names[: table.scores.shape[1]], path)


def stored_analysis(
    path: Path, known: Sequence[AnalysisRecord], cache: ResultCache, model: str = ""
) -> Analysis | None:
    """The newest analysis that a project knows of and whose scores are still stored.

    `model` is the identity of the fine-tuned model that the project has chosen; only its analyses
    have scores of its classes. "": YAMNet, whatever its weights, which has all of its classes.

    Raises RecordingError where the recording cannot be read, and ProjectError where what the
    project stores of the only analyses left cannot.
    """
    if not known:
        return None
    content = content_hash(path, cache.memo_folder)
    unreadable: ProjectError | None = None
    for entry in reversed([e for e in known if not model or e.model_sha256 == model]):
        try:
            settings = StoredSettings.of(entry).settings
        except ProjectError as error:
            unreadable = unreadable or ProjectError(path, error.reason)
            continue
        analysis = cache.first_of(result_keys(content, entry.model_sha256, settings), path)
        if analysis is not None and (model or analysis.tables[0].scores.shape[1] == CLASSES):
            start = recording_start(path)
            recorded_at = start.moment if start else None
            return replace(analysis, recording=replace(analysis.recording, recorded_at=recorded_at))
    if unreadable is not None:
        raise unreadable
    return None
