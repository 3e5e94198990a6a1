"""Sections of a long recording, analysed apart and joined to what the whole would give, bit by bit.

A section is some successive frames. It is entered in the middle of the recording as an interrupted
analysis is resumed: the resampler and the front end begin early enough (`mono_16k`, `LogMel`). The
envelope needs the noise two minutes before and behind a section, and a closer look one frame on
each side. Recordings whose encoding cannot be entered exactly are not cut.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import AudioSource, open_audio
from yamnet_gui.audio.channels import MixPower
from yamnet_gui.audio.mono import entered_at
from yamnet_gui.audio.source import BLOCK_FRAMES as READ_SAMPLES
from yamnet_gui.core.model_parameters import STFT_HOP, WINDOW_SAMPLES
from yamnet_gui.core.pipeline import prefetched
from yamnet_gui.core.scores import FrameGrid, ScoreChunk, hop_in_stft_frames
from yamnet_gui.detection import EnvelopeStream
from yamnet_gui.detection.doubtful import BLOCK_FRAMES
from yamnet_gui.yamnet import Analyzer, Network, RuntimeName, start_sample

from .analyse import (
    AnalysisProgress,
    analysis_recipe,
    analysis_warnings,
    cached_analysis,
    file_content,
    file_state,
    frame_grid,
    last_step,
    sample_reader,
    table_channels,
)
from .cache import ResultCache, result_key
from .cache_writer import CacheWriter, TemporaryFolder
from .closer_look import StreamedLook, applies
from .envelopes import EnvelopeRows
from .finer_scores import FinerBlock
from .model import Model
from .result import describe, held_by
from .settings import AnalysisSettings

SECTION_FRAMES = 30 * BLOCK_FRAMES
"""A quarter of an hour at the default hop. Sections begin at multiples of it, so that what an
interrupted run has of them fits, however many processes the next one has."""
Floats = NDArray[np.float32]


class CannotCutError(Exception):
    """A recording that must be analysed whole: what is wrong with it shows there."""


@dataclass(frozen=True, slots=True)
class SectionTable:
    """What a section has of one table: scores (frames, classes), embeddings (frames, 1024) and
    values (n,) of the envelope, of which it has whole blocks alone but at the end of the recording;
    and the blocks of the closer look."""

    channel: int | None
    scores: Floats
    embeddings: Floats
    envelope: Floats
    finer: tuple[FinerBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Frames [`first`, `last`) of all tables of a recording, of `count` each.

    `recipe` says what must not change between sections of one result, `state` is size and time of
    change of the file. `power` is that of what the section reads alone, `warnings` are about it.
    """

    first: int
    last: int
    count: int
    runtime: RuntimeName
    recipe: str
    state: tuple[int, int]
    power: tuple[float, float, int]
    warnings: tuple[str, ...]
    tables: tuple[SectionTable, ...]


def section_spans(path: Path, settings: AnalysisSettings) -> list[tuple[int, int]]:
    """The frames of each section of a recording; none where it is short or cannot be cut.

    Raises RecordingError or SettingsError where it cannot be opened or has no such part.
    """
    with open_audio(path) as source:
        if source.bit_depth is None:
            return []
        count = frame_grid(source.info, source.frames, settings).count
    firsts = list(range(0, count - SECTION_FRAMES // 2, SECTION_FRAMES))
    return list(zip(firsts, [*firsts[1:], count], strict=True)) if len(firsts) > 1 else []


def analyse_section(
    path: Path,
    model: Model,
    settings: AnalysisSettings,
    cache: ResultCache | None,
    span: tuple[int, int],
) -> Section | None:
    """Frames [first, last) of a recording; None where the cache has the whole.

    Raises RecordingError, WeightsError, or CannotCutError.
    """
    state = file_state(path)
    if cache is not None and cached_analysis(path, model, settings, cache) is not None:
        return None
    with open_audio(path) as source:
        grid = frame_grid(source.info, source.frames, settings)
        if source.bit_depth is None or state is None or span[1] > grid.count:
            raise CannotCutError
        network = model.network()
        power = MixPower()
        channels = table_channels(source.info, settings)
        tables = [_table(source, network, settings, c, grid, span, power) for c in channels]
        if file_state(path) != state:
            raise CannotCutError
        return Section(
            *span,
            grid.count,
            network.runtime,
            analysis_recipe(network.runtime),
            state,
            power.sums,
            source.warnings,
            tuple(tables),
        )


def joined_sections(
    path: Path,
    model: Model,
    settings: AnalysisSettings,
    cache: ResultCache | None,
    sections: Sequence[Callable[[], Section]],
) -> Generator[AnalysisProgress, None, None]:
    """The analysis of a recording from its sections, which are read one after another.

    What it gives is that of `analyse_recording`, in one step. Raises CannotCutError where they do
    not fit together, RecordingError or SettingsError.
    """
    if cache is not None:
        content = file_content(path, cache)
        key_of = partial(result_key, content, model.sha256, settings)
        yield _joined(path, model, settings, cache, key_of, sections)
        return
    keeper = TemporaryFolder()
    temporary = ResultCache(keeper.path, lasting=False)
    step = _joined(path, model, settings, temporary, lambda _runtime: "only", sections)
    assert step.analysis is not None
    yield replace(step, analysis=held_by(step.analysis, (keeper, step.analysis.keeper)))


def _joined(
    path: Path,
    model: Model,
    settings: AnalysisSettings,
    cache: ResultCache,
    key_of: Callable[[RuntimeName], str],
    sections: Sequence[Callable[[], Section]],
) -> AnalysisProgress:
    with open_audio(path) as source:
        info = source.info
        grid = frame_grid(info, source.frames, settings)
        channels = table_channels(info, settings)
        head = sections[0]()
        power = MixPower()
        warnings = dict.fromkeys(source.warnings)
        with cache.writer(key_of(head.runtime), channels, head.recipe) as writer:
            last = 0
            append = _Appending(writer, settings, channels)
            for read in sections:
                one = read()
                same = (one.runtime, one.recipe) == (head.runtime, head.recipe)
                if not same or (one.first, one.count) != (last, grid.count):
                    raise CannotCutError
                if one.state != file_state(path) or [t.channel for t in one.tables] != channels:
                    raise CannotCutError
                for table in one.tables:
                    append(one.first, table)
                power.add_sums(one.power)
                warnings |= dict.fromkeys(one.warnings)
                last = one.last
            if last != grid.count:
                raise CannotCutError
            meta = describe(
                info,
                settings,
                (model.sha256, model.name),
                dict.fromkeys(channels, grid),
                datetime.now(UTC),
            )
            meta["runtime"] = head.runtime
            for text in warnings:
                source.warn(text)
            meta["warnings"] = analysis_warnings(source, power)
            analysis = writer.finish(meta, path, info.recorded_at)
    return last_step(analysis)


class _Appending:
    """Appends what an interrupted analysis has not stored yet."""

    def __init__(
        self, writer: CacheWriter, settings: AnalysisSettings, channels: Sequence[int | None]
    ) -> None:
        self._writer, self._finer = writer, settings.finer
        self._frames = {channel: writer.frames_of(channel) for channel in channels}
        self._values = {channel: writer.values_of(channel) for channel in channels}
        self._looks = applies(settings, settings.finer) and not any(self._frames.values())

    def __call__(self, first: int, table: SectionTable) -> None:
        channel = table.channel
        new = self._values[channel]
        self._values[channel] = max(0, new - len(table.envelope))
        self._writer.append_values(channel, table.envelope[new:])
        new = max(0, self._frames[channel] - first)
        if new < len(table.scores):
            chunk = ScoreChunk(first + new, table.scores[new:], table.embeddings[new:])
            self._writer.append(channel, chunk)
        if self._looks:
            self._writer.append_finer(self._finer, table.finer)


def _table(
    source: AudioSource,
    network: Network,
    settings: AnalysisSettings,
    channel: int | None,
    grid: FrameGrid,
    span: tuple[int, int],
    power: MixPower,
) -> SectionTable:
    first, last = span
    hop_s, hop = settings.hop_s, hop_in_stft_frames(settings.hop_s)
    looks = applies(settings, settings.finer)
    # whether a frame is in doubt shows with those beside it
    begin, end = (max(0, first - 1), min(grid.count, last + 1)) if looks else span
    elsewhere = sample_reader(source, settings, channel, MixPower())
    envelope = EnvelopeRows(grid, first * hop)
    envelope.catch_up(elsewhere, start_sample(begin, hop_s))
    look = StreamedLook(network, settings, channel, begin, first // BLOCK_FRAMES) if looks else None

    def on_log_mel(row: int, rows: Floats) -> None:
        envelope.push(row, rows)
        if look is not None:
            look.push(rows)

    samples = _own_samples(source, settings, channel, span, power)(start_sample(begin, hop_s))
    if end < grid.count:
        samples = _limited(samples, (end - 1 - begin) * hop * STFT_HOP + WINDOW_SAMPLES)
    blocks: list[FinerBlock] = []
    chunks: list[ScoreChunk] = []
    running = Analyzer(network, hop_s).run(prefetched(samples), begin, on_log_mel=on_log_mel)
    for chunk in running:
        chunks.append(chunk)
        if look is not None:
            blocks += look.blocks(chunk)
    if look is not None and end == grid.count:
        blocks += look.rest()
    scores = np.concatenate([chunk.scores for chunk in chunks])
    if len(scores) != end - begin:
        raise CannotCutError  # the file ends before its header says so
    own = slice(first - begin, last - begin)
    embeddings = np.concatenate([chunk.embeddings for chunk in chunks])
    values = _values(envelope, elsewhere, (first * hop, last * hop), at_end=last == grid.count)
    finer = tuple(block for block in blocks if block.number * BLOCK_FRAMES < last)
    return SectionTable(channel, scores[own], embeddings[own], values, finer)


def _values(
    envelope: EnvelopeRows,
    samples: Callable[[int], Iterator[Floats]],
    rows: tuple[int, int],
    *,
    at_end: bool,
) -> Floats:
    """The values of the section of these rows, for whose last ones sound behind it is needed."""
    if at_end:
        envelope.catch_up(samples, None)
        return envelope.rest()
    first, last = (EnvelopeStream.whole_blocks(row) for row in rows)
    envelope.catch_up(samples, EnvelopeStream.row_behind(last) * STFT_HOP)
    values = envelope.taken()
    if len(values) < last - first:  # the recording ends before
        values = np.concatenate([values, envelope.rest()])
    return values[: last - first]


def _own_samples(
    source: AudioSource,
    settings: AnalysisSettings,
    channel: int | None,
    span: tuple[int, int],
    power: MixPower,
) -> Callable[[int], Iterator[Floats]]:
    """The sound from a sample on; `power` gets what no other section reads as its own."""

    def entered(frame: int) -> int:
        skip = start_sample(frame, settings.hop_s)
        return entered_at(source, skip, start_s=settings.start_s, end_s=settings.end_s)

    own = entered(span[0]), entered(span[1])

    def samples(skip: int) -> Iterator[Floats]:
        at = entered_at(source, skip, start_s=settings.start_s, end_s=settings.end_s)
        counted = _OwnPower(power, at, own)
        return sample_reader(source, settings, channel, counted)(skip)

    return samples


class _OwnPower(MixPower):
    """Passes on the blocks that begin in [first, last), counted in samples of the file."""

    def __init__(self, power: MixPower, at: int, own: tuple[int, int]) -> None:
        super().__init__()
        self._power, self._at, self._own = power, at, own

    def add(self, samples: Floats) -> None:
        if self._own[0] <= self._at < self._own[1]:
            self._power.add(samples)
        self._at += READ_SAMPLES


def _limited(blocks: Iterator[Floats], count: int) -> Iterator[Floats]:
    """The first `count` samples."""
    for block in blocks:
        yield block[:count]
        count -= len(block)
        if count <= 0:
            return
