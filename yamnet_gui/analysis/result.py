"""A finished analysis as the rest of the program sees it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import READING
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.scores import FrameGrid, ScoreChunk, ScoreTable
from yamnet_gui.detection import Envelope
from yamnet_gui.yamnet import RuntimeName

from .finer_scores import FinerScores
from .settings import AnalysisSettings
from .stored import (
    META,
    check_sums,
    envelope_name,
    forget_pages,
    mapped_rows,
    open_rows,
    table_name,
)

_READ_FRAMES = 4096


@dataclass(frozen=True, slots=True)
class HeldRows:
    """What a table has besides its scores, in memory: embeddings (frames, 1024) and the envelope's
    values (n,), both float32 and read-only."""

    embeddings: NDArray[np.float32]
    envelope: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Analysis:
    """The output of the model for a recording.

    `tables` holds one table for the mix, or one per channel. Scores and embeddings are read-only:
    mapped from `folder`, or, of a short recording that was just analysed, `held` in memory by
    channel (`folder` is None then). `warnings` are what was wrong with the file and how it was
    handled, and why the result is not in the cache. `runtime` made the scores, `reading` tells how
    the file was read (see `READING`). `keeper` holds on to a temporary folder where nothing is
    cached. `finer`: scores that rules see in place of those in `tables`, by channel.
    """

    recording: RecordingInfo
    settings: AnalysisSettings
    model_sha256: str
    model_name: str
    runtime: RuntimeName
    complete: bool
    created_utc: datetime
    tables: tuple[ScoreTable, ...]
    folder: Path | None
    warnings: tuple[str, ...] = ()
    keeper: object = field(default=None, repr=False, compare=False)
    held: Mapping[int | None, HeldRows] = field(default_factory=dict, repr=False, compare=False)
    reading: int = field(default=READING, repr=False, compare=False)
    finer: Mapping[int | None, FinerScores] = field(default_factory=dict, repr=False, compare=False)

    @property
    def duration_s(self) -> float:
        """Seconds of the recording that were analysed."""
        return sum(table.grid.end_s - table.grid.start_s for table in self.tables[:1])

    def embeddings(self, channel: int | None = None) -> NDArray[np.float32]:
        """The embeddings of one table, shape (frames, 1024), read-only.

        Raises KeyError where the channel was not analysed.
        """
        table = self.table(channel)
        if self.folder is None:
            return self.held[table.channel].embeddings
        path = self.folder / f"{table_name(table.channel)}.embeddings.npy"
        return open_rows(path, table.grid.count)

    def envelope(self, channel: int | None = None) -> Envelope | None:
        """The envelope that edges of events are refined with.

        None where the analysis was stored by a version that did not store it; see
        `analysis.add_envelopes`. Raises KeyError where the channel was not analysed.
        """
        table = self.table(channel)
        if self.folder is None:
            return Envelope(self.held[table.channel].envelope, table.grid.start_s)
        try:
            rows = mapped_rows(self.folder / envelope_name(channel))
        except (OSError, ValueError):
            return None
        if rows.shape[1] != 1:
            return None
        return Envelope(rows[:, 0], table.grid.start_s)

    def table(self, channel: int | None = None) -> ScoreTable:
        """The scores of one channel (None: of the mix). Raises KeyError where there are none."""
        for table in self.tables:
            if table.channel == channel:
                return table
        raise KeyError(channel)

    def chunks(self, channel: int | None = None) -> Iterator[ScoreChunk]:
        """Scores and embeddings of one table in blocks, so that memory stays bounded."""
        scores, embeddings = self.table(channel).scores, self.embeddings(channel)
        for first in range(0, len(scores), _READ_FRAMES):
            last = first + _READ_FRAMES
            yield ScoreChunk(first, scores[first:last], embeddings[first:last])

    def score_blocks(self, channel: int | None = None) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """First frame and scores (n, classes) of block after block, in bounded memory.

        Mapped rows that were read count as memory of the process, which these do only until
        the next block is asked for.
        """
        yield from _let_go(self.table(channel).scores)

    def published(self) -> "Analysis":
        """The same analysis without finer scores."""
        return replace(self, settings=self.settings.published, finer={})

    def for_rules(self, channel: int | None = None) -> ScoreTable:
        """The scores of one channel that rules see, as `table`."""
        table, finer = self.table(channel), self.finer.get(channel)
        return table if finer is None else finer.table(table)

    def rule_blocks(self, channel: int | None = None) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """The scores that rules see, as `score_blocks`."""
        finer = self.finer.get(channel)
        for first, scores in self.score_blocks(channel):
            yield first, scores if finer is None else finer.over(first, scores)

    def embedding_blocks(
        self, channel: int | None = None
    ) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """First frame and embeddings (n, 1024) of blocks, as `score_blocks`."""
        yield from _let_go(self.embeddings(channel))


def _let_go(mapped: NDArray[np.float32]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Blocks of mapped rows; the pages of each are freed after it. They stay readable."""
    for first in range(0, len(mapped), _READ_FRAMES):
        yield first, mapped[first : first + _READ_FRAMES]
        forget_pages(mapped)


def describe(
    recording: RecordingInfo,
    settings: AnalysisSettings,
    model: tuple[str, str],
    grids: dict[int | None, FrameGrid],
    created_utc: datetime,
) -> dict[str, Any]:
    """The content of `analysis.json`. `model` is its SHA-256 and its name."""
    return {
        "duration_s": recording.duration_s,
        "sample_rate_hz": recording.sample_rate_hz,
        "channels": recording.channels,
        "reading": READING,
        "settings": settings.published.to_json(),
        "model_sha256": model[0],
        "model_name": model[1],
        "created_utc": created_utc.isoformat(),
        "tables": [
            {"channel": channel, "count": grid.count, "start_s": grid.start_s, "end_s": grid.end_s}
            for channel, grid in grids.items()
        ],
    }


def open_analysis(folder: Path, path: Path, recorded_at: datetime | None) -> Analysis:
    """The finished analysis in `folder`, as one of the recording at `path`.

    Raises OSError where it cannot be read, ValueError where it is not whole.
    """
    try:
        return _opened(folder, path, recorded_at)
    except (KeyError, TypeError, AttributeError, OverflowError, SettingsError) as error:
        raise ValueError(f"{folder} is no whole analysis") from error


def _opened(folder: Path, path: Path, recorded_at: datetime | None) -> Analysis:
    meta = parse_json((folder / META).read_text(encoding="utf-8"))
    check_sums(folder, meta)
    settings = AnalysisSettings.from_json(meta["settings"])
    tables = []
    for entry in meta["tables"]:
        grid = FrameGrid(
            int(entry["count"]), float(entry["end_s"]), float(entry["start_s"]), settings.hop_s
        )
        channel = None if entry["channel"] is None else int(entry["channel"])
        name = table_name(channel)
        open_rows(folder / f"{name}.embeddings.npy", grid.count)
        scores = open_rows(folder / f"{name}.scores.npy", grid.count)
        tables.append(ScoreTable(grid, scores, channel))
    return _described(meta, (path, recorded_at), tables, folder)


def held_analysis(
    meta: dict[str, Any],
    file: tuple[Path, datetime | None],
    tables: Sequence[ScoreTable],
    held: Mapping[int | None, HeldRows],
) -> Analysis:
    """An analysis in memory; `meta` is what `describe` gives, `file` its path and start."""
    return _described(meta, file, tables, None, held)


def _described(
    meta: dict[str, Any],
    file: tuple[Path, datetime | None],
    tables: Sequence[ScoreTable],
    folder: Path | None,
    held: Mapping[int | None, HeldRows] | None = None,
) -> Analysis:
    path, recorded_at = file
    return Analysis(
        recording=RecordingInfo(
            path,
            float(meta["duration_s"]),
            int(meta["sample_rate_hz"]),
            int(meta["channels"]),
            recorded_at,
        ),
        settings=AnalysisSettings.from_json(meta["settings"]),
        model_sha256=str(meta["model_sha256"]),
        model_name=str(meta["model_name"]),
        runtime=meta.get("runtime", "tensorflow"),  # the only one in version 0.1
        complete=True,
        created_utc=datetime.fromisoformat(meta["created_utc"]),
        tables=tuple(tables),
        folder=folder,
        warnings=tuple(str(text) for text in meta.get("warnings", ())),
        held=held or {},
        reading=int(meta.get("reading", 0)),
    )


def held_by(analysis: Analysis, keeper: object) -> Analysis:
    """The analysis, holding on to `keeper` as long as it lives."""
    return replace(analysis, keeper=keeper)
