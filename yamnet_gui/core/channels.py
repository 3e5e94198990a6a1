"""How channels are named: people count them from 1, and all of them together are the mix."""

from collections.abc import Iterable

MIX = "mix"
"""What is written for events and scores of all channels together."""


def channel_text(channel: int | None) -> str:
    """A channel (from 0; None: the mix) as cells and options write it: "2", "mix"."""
    return MIX if channel is None else str(channel + 1)


def channel_name(channel: int | None) -> str:
    """The same where it stands alone: "Channel 2", "Mix"."""
    return "Mix" if channel is None else f"Channel {channel + 1}"


def channel_of_all(channel: int, count: int) -> str:
    """A channel (from 0) of so many, within a sentence: "channel 2 of 2"."""
    return f"{channel_name(channel).lower()} of {count}"


def channel_of(text: str) -> int | None:
    """What `channel_text` writes, read back. Raises ValueError for anything else."""
    if text.strip().casefold() == MIX:
        return None
    number = int(text)
    if number < 1:
        raise ValueError(f"{text!r} is no channel")
    return number - 1


def in_order(channels: Iterable[int | None]) -> list[int | None]:
    """The mix first, then the channels by number."""
    return sorted(channels, key=lambda c: -1 if c is None else c)
