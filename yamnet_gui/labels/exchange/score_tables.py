"""Score tables of analyses, for `sed_scores_eval`: one file for each recording."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from yamnet_gui.analysis.cache import ResultCache, result_keys
from yamnet_gui.analysis.result import Analysis
from yamnet_gui.audio import content_hash, recording_start
from yamnet_gui.core.errors import ProjectError, SettingsError
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.labels.formats import write_score_table
from yamnet_gui.labels.project import AnalysisRecord
from yamnet_gui.labels.project.analysis_settings import StoredSettings


def write_scores(
    analysis: Analysis, names: Sequence[str], path: Path, classes: Sequence[int] = ()
) -> Path:
    """Writes the scores of the mix; of these classes only, where any are named.

    Raises LabelsError, and SettingsError where the channels were analysed one by one.
    """
    table = analysis.tables[0]
    if table.channel is not None:
        raise SettingsError(
            path, "a score table holds one row of scores at a time", "analyse the channels mixed"
        )
    if classes:
        wanted = sorted(set(classes))
        chosen = np.ascontiguousarray(table.scores[:, wanted])
        chosen.flags.writeable = False
        table, names = ScoreTable(table.grid, chosen), [names[k] for k in wanted]
    return write_score_table(table, names, path)


def stored_analysis(
    path: Path, known: Sequence[AnalysisRecord], cache: ResultCache
) -> Analysis | None:
    """The newest analysis of the mix that a project knows of and whose scores are still stored.

    Raises RecordingError where the recording cannot be read, and ProjectError where what the
    project stores of the only analyses left cannot.
    """
    if not known:
        return None
    content = content_hash(path, cache.memo_folder)
    unreadable: ProjectError | None = None
    for entry in reversed(known):
        try:
            settings = StoredSettings.of(entry).settings
        except ProjectError as error:
            unreadable = unreadable or ProjectError(path, error.reason)
            continue
        if settings.channels != "mix":
            continue
        analysis = cache.first_of(result_keys(content, entry.model_sha256, settings), path)
        if analysis is not None:
            start = recording_start(path)
            recorded_at = start.moment if start else None
            return replace(analysis, recording=replace(analysis.recording, recorded_at=recorded_at))
    if unreadable is not None:
        raise unreadable
    return None
