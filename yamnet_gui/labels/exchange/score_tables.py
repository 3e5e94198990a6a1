"""Score tables of analyses, for `sed_scores_eval`: one file for each recording."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from yamnet_gui.analysis.cache import ResultCache, result_key
from yamnet_gui.analysis.result import Analysis
from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.audio import content_hash, recording_start
from yamnet_gui.core.errors import SettingsError, UserError
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.labels.formats import write_score_table
from yamnet_gui.labels.project import AnalysisRecord


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
    """The newest analysis of the mix that a project knows of and whose scores are still stored."""
    try:
        content = content_hash(path, cache.memo_folder)
    except UserError:
        return None
    for entry in reversed(known):
        settings = _settings(entry)
        if settings is None or settings.channels != "mix":
            continue
        key = result_key(content, entry.model_sha256, settings)
        found = cache.load(key, path)
        if found is not None:
            recorded_at = recording_start(path)
            return replace(found, recording=replace(found.recording, recorded_at=recorded_at))
    return None


def _settings(known: AnalysisRecord) -> AnalysisSettings | None:
    try:
        return AnalysisSettings.from_json(json.loads(known.settings))
    except (ValueError, TypeError, SettingsError):
        return None
