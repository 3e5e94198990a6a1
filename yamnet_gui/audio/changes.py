"""What is done about a rate or a number of channels that changes inside a recording."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.text import grouped

from .resample import Resampler


def most_of_time(
    counts: NDArray[np.int64], kind_of: NDArray[np.int64], kinds: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """The rate, and the number of channels, that most of the time has."""
    rates: dict[int, float] = {}
    channels: dict[int, float] = {}
    for number, (rate, channel_count) in enumerate(kinds):
        seconds = float(counts[kind_of == number].sum()) / rate
        rates[rate] = rates.get(rate, 0.0) + seconds
        channels[channel_count] = channels.get(channel_count, 0.0) + seconds
    return max(rates, key=lambda r: rates[r]), max(channels, key=lambda c: channels[c])


def change_sentences(
    kinds: NDArray[np.int64], starts_s: NDArray[np.float64], chosen: tuple[int, int]
) -> list[str]:
    """What to say of the changes, of parts that begin at `starts_s` (n,) with `kinds` (n, 2).

    A kind, and `chosen`, are the rate in Hz and the number of channels.
    """
    rate, channels = chosen
    sentences = []
    for part, name, handled in (
        (0, "sample rate", f"resampled to {rate} Hz"),
        (1, "number of channels", f"given {channels}"),
    ):
        values = kinds[:, part]
        at = np.flatnonzero(np.diff(values))
        if len(at):
            old, new = values[at[0]], values[at[0] + 1]
            again = {1: "", 2: " and once more"}.get(
                len(at), f" and {grouped(len(at) - 1)} times more"
            )
            sentences.append(
                f"its {name} changes from {old} to {new} at {starts_s[at[0] + 1]:.1f} s"
                f"{again}; all of it is {handled}"
            )
    return sentences


def with_channels(piece: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    """The samples with so many channels: the mean of all, repeated, where there are others."""
    if piece.shape[1] == channels:
        return piece
    return np.repeat(piece.mean(axis=1, keepdims=True, dtype=np.float32), channels, axis=1)


def resampled(piece: NDArray[np.float32], rate: int, target: int) -> NDArray[np.float32]:
    """Samples (n, channels) at another rate."""
    if rate == target:
        return piece
    channels = []
    for channel in piece.T:
        resampler = Resampler(rate, target)
        sound = np.ascontiguousarray(channel)
        channels.append(np.concatenate([resampler.push(sound), resampler.finish()]))
    return np.stack(channels, axis=1)
