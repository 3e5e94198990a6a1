"""The mono 16 kHz signal that the model hears."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import SAMPLE_RATE_HZ

from .resample import Resampler
from .source import BLOCK_FRAMES, AudioSource


def mono_16k(
    source: AudioSource,
    *,
    channel: int | None = None,
    gain_db: float = 0.0,
    start_s: float = 0.0,
    end_s: float | None = None,
    block_frames: int = BLOCK_FRAMES,
    skip: int = 0,
    on_block: Callable[[NDArray[np.float32]], None] | None = None,
) -> Iterator[NDArray[np.float32]]:
    """The part [start_s, end_s) as float32 (n,) at 16 kHz, block after block.

    Channels are averaged, or one of them (counted from 0) is taken. For 16-bit files without gain
    this is the published decoding to integers divided by 32768. `block_frames` counts samples of
    the file. The first `skip` samples of the result are left out, without reading what only they
    need where the encoding can be entered anywhere; the rest is the same to the last bit.
    `on_block` is given the samples (n, channels) of each block that is read.
    Raises ValueError for a channel that does not exist, RecordingError where reading fails.
    """
    info = source.info
    if channel is not None and not 0 <= channel < info.channels:
        raise ValueError(f"there is no channel {channel}")
    first = max(0, round(start_s * info.sample_rate_hz))
    last = source.frames if end_s is None else round(end_s * info.sample_rate_hz)
    gain = np.float32(10.0 ** (gain_db / 20.0))
    resampler = Resampler(info.sample_rate_hz, SAMPLE_RATE_HZ)
    done = entered_at(source, skip, start_s=start_s, end_s=end_s, block_frames=block_frames)
    if done:
        held = resampler.held_after(done)
        before = mixed(source.read(first + done - held, held), channel)
        resampler.go_to(done, before * gain if gain_db else before)
        skip -= resampler.made_after(done)
    for block in source.blocks(block_frames, first + done, last):
        if on_block is not None:
            on_block(block)
        mono = mixed(block, channel)
        if gain_db:
            mono = mono * gain
        resampled = resampler.push(mono)
        if len(resampled) > skip:
            yield resampled[skip:]
        skip = max(0, skip - len(resampled))
    rest = resampler.finish()
    if len(rest) > skip:
        yield rest[skip:]


def entered_at(
    source: AudioSource,
    skip: int,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    block_frames: int = BLOCK_FRAMES,
) -> int:
    """How many samples of the part `mono_16k` passes over before its first block, for this `skip`.

    A multiple of `block_frames`; 0 where the encoding cannot be entered anywhere.
    """
    if source.bit_depth is None:  # what lossy decoders give may depend on where they began
        return 0
    rate = source.info.sample_rate_hz
    first = max(0, round(start_s * rate))
    last = source.frames if end_s is None else round(end_s * rate)
    before = _blocks_before(Resampler(rate, SAMPLE_RATE_HZ), skip, block_frames) * block_frames
    return min(before, max(0, last - first) // block_frames * block_frames)


def _blocks_before(resampler: Resampler, skip: int, block_frames: int) -> int:
    """Whole blocks after which the resampler has made at most `skip` samples."""
    low, high = 0, 1
    while resampler.made_after(high * block_frames) <= skip:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if resampler.made_after(middle * block_frames) <= skip:
            low = middle
        else:
            high = middle
    return low


def mixed(samples: NDArray[np.float32], channel: int | None = None) -> NDArray[np.float32]:
    """float32 (n,) of samples (n, channels): the mean of all channels, or one of them."""
    if channel is not None:
        return np.ascontiguousarray(samples[:, channel])
    if samples.shape[1] == 1:
        return np.ascontiguousarray(samples[:, 0])
    if samples.shape[1] == 2:  # the mean along the short axis is several times slower
        total = samples[:, 0] + samples[:, 1]
        total *= np.float32(0.5)
        return total
    return samples.mean(axis=1, dtype=np.float32)
