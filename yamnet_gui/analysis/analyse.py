"""One recording through the network, with what is stored already taken from the cache."""

import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import READING, AudioSource, content_hash, mono_16k, open_audio, stated_start
from yamnet_gui.audio.channels import CANCELLED, MixPower
from yamnet_gui.audio.resample import RESAMPLING
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.model_parameters import EMBEDDING_SIZE, SAMPLE_RATE_HZ
from yamnet_gui.core.packages import installed_version
from yamnet_gui.core.pipeline import prefetched
from yamnet_gui.core.scores import FrameGrid, ScoreChunk
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.storage.statuses import status_of
from yamnet_gui.core.threads import network_threads
from yamnet_gui.yamnet import Analyzer, Network, RuntimeName, frame_count, start_sample

from .cache import ResultCache, result_key, result_keys
from .cache_writer import CacheWriter, TemporaryFolder
from .closer_look import StreamedLook, applies
from .envelopes import EnvelopeRows
from .model import Model, as_model
from .result import Analysis, describe, held_by
from .settings import AnalysisSettings
from .stored_finer import with_stored_finer

_LIBRARIES = ("numpy", "resampy", "soundfile", "av")
_OF_RUNTIME = {"tensorflow": "tensorflow", "litert": "ai-edge-litert"}
"""Packages by runtime."""
KeyOf = Callable[[RuntimeName], str]
"""The name of a result in the cache, by the runtime that makes it."""


@dataclass(frozen=True, slots=True)
class AnalysisProgress:
    """Progress of an analysis: frames that are exact from now on.

    `chunk` may be a block of stored frames, and is empty where the recording ended earlier than
    its header states. Frames and seconds count over all channels. `analysis` is set in the last
    one.
    """

    channel: int | None
    chunk: ScoreChunk
    frames_done: int
    frames_total: int
    audio_seconds_done: float
    analysis: Analysis | None = None


def analyse_recording(
    path: Path | str,
    network: Network | Model | Callable[[], Network],
    settings: AnalysisSettings | None = None,
    cache: ResultCache | None = None,
) -> Iterator[AnalysisProgress]:
    """Runs the network over a recording; each chunk comes as soon as it is exact.

    A finished result in `cache` comes at once, without loading the network; an interrupted one
    resumes where it stopped. Without a cache the result lives as long as the `Analysis` that the
    last progress carries. Closing the generator stops within a chunk. Raises RecordingError,
    WeightsError or SettingsError.
    """
    return _analyse(Path(path), as_model(network), settings or AnalysisSettings(), cache)


def finished(progress: Iterator[AnalysisProgress]) -> Analysis:
    """Runs an analysis to its end."""
    analysis = None
    for step in progress:
        analysis = step.analysis
    if analysis is None:
        raise ValueError("the analysis ended before its last chunk")
    return analysis


def cached_analysis(
    path: Path, model: Model, settings: AnalysisSettings, cache: ResultCache
) -> Analysis | None:
    """The finished result in the cache, if there is one; with its finer scores, if they are all
    there. Raises RecordingError."""
    keys = result_keys(file_content(path, cache), model.sha256, settings, model.runtime)
    stored = cache.first_of(keys, path, stated_start(path))
    return None if stored is None else with_stored_finer(stored, settings.finer)


def _analyse(
    path: Path, model: Model, settings: AnalysisSettings, cache: ResultCache | None
) -> Generator[AnalysisProgress, None, None]:
    if cache is None:
        yield from _run_uncached(path, model, settings)
        return
    before = file_state(path)
    content = file_content(path, cache)
    keys = result_keys(content, model.sha256, settings, model.runtime)
    stored = cache.first_of(keys, path, stated_start(path))
    if stored:
        yield from replayed(stored)
        return
    try:
        key_of = partial(result_key, content, model.sha256, settings)
        yield from _run(path, model, settings, cache, key_of, before)
    except _ChangedError:  # still being written: the content that was read does not match the key
        yield from _run_uncached(path, model, settings)


class _ChangedError(Exception):
    """The file is not the one whose content was summed up. Raised before the first progress."""


def file_state(path: Path) -> tuple[int, int] | None:
    """Size and time of change; None where there is no such file."""
    try:
        status = status_of(file_of(path))
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns


def _run_uncached(
    path: Path, model: Model, settings: AnalysisSettings
) -> Iterator[AnalysisProgress]:
    """Analyses into a folder that lives as long as the analysis."""
    keeper = TemporaryFolder()
    for step in _run(
        path, model, settings, ResultCache(keeper.path, lasting=False), lambda _runtime: "only"
    ):
        if step.analysis is not None:
            both = (keeper, step.analysis.keeper)
            yield replace(step, analysis=held_by(step.analysis, both))
        else:
            yield step


def file_content(path: Path, cache: ResultCache) -> str:
    """The checksum of a recording."""
    try:
        regular = stat.S_ISREG(
            status_of(file_of(path)).st_mode
        )  # hashing a pipe would wait for ever
    except (OSError, ValueError):
        regular = False
    if not regular:
        open_audio(path).close()  # says what is wrong with it
    return content_hash(path, cache.memo_folder)


def _run(
    path: Path,
    model: Model,
    settings: AnalysisSettings,
    cache: ResultCache,
    key_of: KeyOf,
    state: tuple[int, int] | None = None,
) -> Iterator[AnalysisProgress]:
    """Analyses what is not stored yet. Raises _ChangedError where the file has another `state`."""
    with open_audio(path) as source:
        if state is not None and file_state(path) != state:
            raise _ChangedError
        info = source.info
        channels = table_channels(info, settings)
        grid = frame_grid(info, source.frames, settings)
        grids = dict.fromkeys(channels, grid)
        total, done, before_s = grid.count * len(channels), 0, 0.0
        held: AnalysisProgress | None = None
        power = MixPower()
        network = model.network()
        runtime = network.runtime
        with cache.writer(key_of(runtime), channels, analysis_recipe(runtime)) as writer:
            for channel in channels:
                count = 0
                samples = sample_reader(source, settings, channel, power)
                chunking = _chunks(samples, network, settings, channel, grid, writer)
                with closing(chunking) as chunks:
                    for chunk in chunks:
                        if held is not None:
                            yield held
                        count += len(chunk.scores)
                        done += len(chunk.scores)
                        seconds = before_s + _seconds(grid, chunk.next_frame)
                        held = AnalysisProgress(channel, chunk, done, max(total, done), seconds)
                        if done < total:
                            yield held
                            held = None
                grids[channel] = replace(grid, count=count)
                before_s += grid.end_s - grid.start_s
            meta = describe(info, settings, (model.sha256, model.name), grids, datetime.now(UTC))
            meta["runtime"] = runtime
            meta["warnings"] = analysis_warnings(source, power)
            analysis = writer.finish(meta, path, info.recorded_at)
    last = held or AnalysisProgress(channels[-1], _nothing(analysis), done, done, before_s)
    yield replace(last, frames_total=last.frames_done, analysis=analysis)


def analysis_warnings(source: AudioSource, power: MixPower) -> list[str]:
    """What was wrong with a recording that was read to its end."""
    return [*source.warnings, *([CANCELLED] if power.cancels else [])]


def sample_reader(
    source: AudioSource, settings: AnalysisSettings, channel: int | None, power: MixPower
) -> Callable[[int], Iterator[NDArray[np.float32]]]:
    """What gives the samples that the model hears, but for the first ones."""
    mixed = channel is None and source.info.channels > 1

    def samples(skip: int) -> Iterator[NDArray[np.float32]]:
        return mono_16k(
            source,
            channel=channel,
            gain_db=settings.gain_db,
            start_s=settings.start_s,
            end_s=settings.end_s,
            skip=skip,
            on_block=power.add if mixed else None,
        )

    return samples


def _chunks(
    samples: Callable[[int], Iterator[NDArray[np.float32]]],
    network: Network,
    settings: AnalysisSettings,
    channel: int | None,
    grid: FrameGrid,
    writer: CacheWriter,
) -> Generator[ScoreChunk, None, None]:
    """The frames of one table: those that are stored, then the others as they are made.

    A closer look is taken on the way where the settings ask for one and the table is made from its
    beginning; what is left of it after an interruption, `finer_steps` does.
    """
    yield from writer.stored(channel)
    first, hop_s = writer.frames_of(channel), settings.hop_s
    envelope = EnvelopeRows(grid, writer.values_of(channel))
    begin = start_sample(first, hop_s) if first < grid.count else None
    envelope.catch_up(samples, begin)
    look = None
    if first == 0 and applies(settings, settings.finer):
        look = StreamedLook(network, settings, channel)
    if begin is not None:

        def on_log_mel(row: int, rows: NDArray[np.float32]) -> None:
            envelope.push(row, rows)
            if look is not None:
                look.push(rows)

        chunks = Analyzer(network, hop_s).run(
            prefetched(samples(begin)), first, on_log_mel=on_log_mel
        )
        try:
            for chunk in chunks:
                writer.append_values(channel, envelope.taken())
                writer.append(channel, chunk)
                if look is not None:
                    writer.append_finer(settings.finer, look.blocks(chunk))
                yield chunk
        finally:
            cast(Generator[ScoreChunk, None, None], chunks).close()
    if look is not None:
        writer.append_finer(settings.finer, look.rest())
    # After the last frames, so that an interrupted analysis never resumes behind a torn block.
    writer.append_values(channel, envelope.rest())


def table_channels(info: RecordingInfo, settings: AnalysisSettings) -> list[int | None]:
    """The channels that get a table of their own; None alone for the mix."""
    return [None] if settings.channels == "mix" else list(range(info.channels))


def frame_grid(info: RecordingInfo, frames: int, settings: AnalysisSettings) -> FrameGrid:
    """Where the frames of the analysed part lie. Raises SettingsError where there is no part."""
    end_s = info.duration_s if settings.end_s is None else min(settings.end_s, info.duration_s)
    if settings.start_s >= end_s:
        raise SettingsError(
            info.path,
            f"the part to analyse starts at {settings.start_s:g} s,"
            f" but the recording ends at {info.duration_s:.2f} s",
        )
    rate = info.sample_rate_hz
    first = round(settings.start_s * rate)
    last = frames if settings.end_s is None else min(round(end_s * rate), frames)
    samples = max(1, last - first) * SAMPLE_RATE_HZ // rate
    count = frame_count(samples, settings.hop_s)
    return FrameGrid(count, end_s, settings.start_s, settings.hop_s)


def analysis_recipe(runtime: RuntimeName) -> str:
    """What must not change between the parts of one result, or the last bits may."""
    parts = ["envelope 1", f"reading {READING}", f"resampling {RESAMPLING}"]
    if runtime == "tensorflow":  # LiteRT's results do not depend on it
        parts.append(f"threads {network_threads()}")
    return ", ".join([*parts, *map(_with_version, (_OF_RUNTIME[runtime], *_LIBRARIES))])


@lru_cache
def _with_version(package: str) -> str:
    return f"{package} {installed_version(package) or '?'}"


def last_step(analysis: Analysis) -> AnalysisProgress:
    """The only step of an analysis that was made elsewhere."""
    frames = sum(table.grid.count for table in analysis.tables)
    seconds = sum(table.grid.end_s - table.grid.start_s for table in analysis.tables)
    channel = analysis.tables[-1].channel
    return AnalysisProgress(channel, _nothing(analysis), frames, frames, seconds, analysis)


def _nothing(analysis: Analysis) -> ScoreChunk:
    table = analysis.tables[-1]
    none = np.empty((0, table.scores.shape[1]), np.float32)
    return ScoreChunk(table.grid.count, none, np.empty((0, EMBEDDING_SIZE), np.float32))


def replayed(analysis: Analysis) -> Iterator[AnalysisProgress]:
    """The steps of an analysis that is finished already, with the scores that rules see."""
    total = sum(table.grid.count for table in analysis.tables)
    done, before_s = 0, 0.0
    for table in analysis.tables:
        for chunk in analysis.chunks(table.channel):
            done += len(chunk.scores)
            seconds = before_s + _seconds(table.grid, chunk.next_frame)
            if table.channel in analysis.finer:
                scores = analysis.finer[table.channel].over(chunk.first_frame, chunk.scores)
                chunk = replace(chunk, scores=scores)
            last = analysis if done == total else None
            yield AnalysisProgress(table.channel, chunk, done, total, seconds, last)
        before_s += table.grid.end_s - table.grid.start_s


def _seconds(grid: FrameGrid, frames: int) -> float:
    """How much of the analysed part `frames` frames cover."""
    whole = grid.end_s - grid.start_s
    return whole if frames >= grid.count else min(whole, frames * grid.hop_s)
