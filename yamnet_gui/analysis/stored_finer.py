"""A stored analysis with the finer scores that are stored beside it."""

from collections.abc import Mapping
from dataclasses import replace

from .closer_look import applies
from .finer_scores import FinerScores, finer_name, read_finer
from .result import Analysis
from .settings import Finer


def with_stored_finer(analysis: Analysis, finer: Finer) -> Analysis:
    """The analysis with what is stored of its finer scores, where all of them are there.

    Without any where it is not: rules then see the published scores.
    """
    if not applies(analysis.settings, finer) or analysis.folder is None:
        return analysis
    stored = _stored(analysis, finer)
    if not all(stored[table.channel].complete(table.grid.count) for table in analysis.tables):
        return analysis
    return refined(analysis, finer, stored)


def with_begun_finer(analysis: Analysis, finer: Finer) -> Analysis:
    """A published analysis whose rules see what is stored of its finer scores, though not all are.

    Its settings stay those of the published scores, until the rest is there.
    """
    if not applies(analysis.settings, finer) or analysis.folder is None:
        return analysis
    return replace(analysis, finer=_stored(analysis, finer))


def _stored(analysis: Analysis, finer: Finer) -> dict[int | None, FinerScores]:
    assert analysis.folder is not None
    return {
        table.channel: read_finer(
            analysis.folder / finer_name(table.channel, finer),
            table.channel,
            table.scores.shape[1],
        )
        for table in analysis.tables
    }


def refined(analysis: Analysis, finer: Finer, scores: Mapping[int | None, FinerScores]) -> Analysis:
    """The analysis whose rules see these scores, by channel."""
    return replace(analysis, settings=replace(analysis.settings, finer=finer), finer=scores)
