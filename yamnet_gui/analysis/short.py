"""Short recordings: prepared up to the network one by one, and finished when their scores are here.

Their results are those of `analyse_recording`, bit by bit, without its price for each file: nothing
is written while they are analysed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import open_audio, stated_start
from yamnet_gui.audio.channels import MixPower
from yamnet_gui.core.model_parameters import MEL_BANDS, PATCH_FRAMES
from yamnet_gui.core.scores import FrameGrid, ScoreChunk, ScoreTable
from yamnet_gui.yamnet.analyzer import patches_of

from .analyse import (
    AnalysisProgress,
    analysis_warnings,
    file_content,
    file_state,
    frame_grid,
    sample_reader,
    table_channels,
)
from .cache import ResultCache, result_key, result_keys
from .closer_look import StreamedLook, applies
from .envelopes import EnvelopeRows
from .finer_scores import FinerScores
from .model import Model
from .result import Analysis, HeldRows, describe, held_analysis
from .settings import AnalysisSettings
from .stored import envelope_name, table_name

MOST_FRAMES = 256
"""Of all tables together: two minutes at the default hop, 6 MB of patches."""

Floats = NDArray[np.float32]
_NO_PATCHES = np.empty((0, PATCH_FRAMES, MEL_BANDS), np.float32)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known of a recording before the network runs.

    One of these: `short` with the `patches` (n, 96, 64) of all its tables, `stored` (its result
    was in the cache), or `error` (it cannot be analysed). None of them: it is long.
    """

    path: Path
    patches: Floats = field(default_factory=lambda: _NO_PATCHES)
    short: "ShortRecording | None" = None
    stored: Analysis | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class ShortRecording:
    """`meta` is that of its analysis; `content` its checksum, None where it is not stored.

    `log_mel` are rows (n, 64) for a closer look, where the settings ask for one.
    """

    path: Path
    recorded_at: datetime | None
    meta: dict[str, Any]
    grids: dict[int | None, FrameGrid]
    envelopes: dict[int | None, Floats]
    content: str | None
    settings: AnalysisSettings
    log_mel: dict[int | None, list[Floats]]

    def finish(
        self, scores: Floats, embeddings: Floats, model: Model, cache: ResultCache | None
    ) -> AnalysisProgress:
        """The analysis as its only step, in memory; stored in `cache` on the way.

        `model` made the scores (frames, classes) and embeddings (frames, 1024) of all tables.
        """
        runtime = model.network().runtime
        meta = {**self.meta, "runtime": runtime}
        tables, held, files = [], {}, {}
        for array in (scores, embeddings, *self.envelopes.values()):
            array.flags.writeable = False
        first = 0
        for channel, grid in self.grids.items():
            rows = slice(first, first + grid.count)
            first = rows.stop
            tables.append(ScoreTable(grid, scores[rows], channel))
            held[channel] = HeldRows(embeddings[rows], self.envelopes[channel])
            name = table_name(channel)
            files[f"{name}.scores.npy"] = scores[rows]
            files[f"{name}.embeddings.npy"] = embeddings[rows]
            files[envelope_name(channel)] = self.envelopes[channel][:, None]
        analysis = held_analysis(meta, (self.path, self.recorded_at), tables, held)
        if self.log_mel:
            finer = {table.channel: self._closer_look(table, held, model) for table in tables}
            analysis = replace(analysis, settings=self.settings, finer=finer)
        if self.content is not None and cache is not None:
            settings = analysis.settings
            key = result_key(self.content, model.sha256, settings, runtime)
            trouble = cache.store_short(key, meta, files, analysis)
            if trouble is not None:
                analysis = replace(analysis, warnings=(*analysis.warnings, trouble))
        last = tables[-1]
        chunk = ScoreChunk(0, last.scores, held[last.channel].embeddings)
        seconds = sum(grid.end_s - grid.start_s for grid in self.grids.values())
        return AnalysisProgress(last.channel, chunk, first, first, seconds, analysis)

    def _closer_look(
        self, table: ScoreTable, held: dict[int | None, HeldRows], model: Model
    ) -> FinerScores:
        look = StreamedLook(model.network(), self.settings, table.channel)
        for rows in self.log_mel[table.channel]:
            look.push(rows)
        chunk = ScoreChunk(0, table.scores, held[table.channel].embeddings)
        blocks = (*look.blocks(chunk), *look.rest())
        return FinerScores({block.number: block for block in blocks})


def prepare(
    path: Path, model: Model, settings: AnalysisSettings, cache: ResultCache | None
) -> Prepared:
    """Reads a recording up to the patches that the network gets; raises nothing."""
    try:
        return _prepare(path, model, settings, cache)
    except Exception as error:  # noqa: BLE001 - one recording must not stop the others
        return Prepared(path, error=error)


def _prepare(
    path: Path, model: Model, settings: AnalysisSettings, cache: ResultCache | None
) -> Prepared:
    state, content = file_state(path), None
    if cache is not None:
        content = file_content(path, cache)
        keys = result_keys(content, model.sha256, settings, model.runtime)
        stored = cache.first_of(keys, path, stated_start(path))
        if stored is not None:
            return Prepared(path, stored=stored)
    with open_audio(path) as source:
        if file_state(path) != state:
            content = None  # still being written: what is read is something else
        channels = table_channels(source.info, settings)
        grid = frame_grid(source.info, source.frames, settings)
        if grid.count * len(channels) > MOST_FRAMES:
            return Prepared(path)
        power = MixPower()
        grids, envelopes, patches = {}, {}, []
        log_mel: dict[int | None, list[Floats]] = {}
        looks = applies(settings, settings.finer)
        for channel in channels:
            envelope = EnvelopeRows(grid)
            samples = sample_reader(source, settings, channel, power)(0)
            rows: list[Floats] = []
            on_rows = _both(envelope, rows) if looks else envelope.push
            patches.append(patches_of(samples, settings.hop_s, on_rows))
            if looks:
                log_mel[channel] = rows
            envelopes[channel] = envelope.rest()
            grids[channel] = replace(grid, count=len(patches[-1]))
        meta = describe(source.info, settings, (model.sha256, model.name), grids, datetime.now(UTC))
        meta["warnings"] = analysis_warnings(source, power)
        short = ShortRecording(
            path, source.info.recorded_at, meta, grids, envelopes, content,
            settings, log_mel,
        )  # fmt: skip
    together = patches[0] if len(patches) == 1 else np.concatenate(patches)
    return Prepared(path, together, short)


def _both(envelope: EnvelopeRows, rows: list[Floats]) -> Callable[[int, Floats], None]:
    """Takes log-mel rows for both."""

    def on_rows(first: int, new: Floats) -> None:
        envelope.push(first, new)
        rows.append(new)

    return on_rows
