"""What a command over many recordings says at its end."""

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from yamnet_gui.analysis.cache_writer import NOT_STORED
from yamnet_gui.batch import BatchSummary
from yamnet_gui.core.text import counted_more, duration_in_words, grouped, printable

_MOST_FILES = 10


def report(summary: BatchSummary) -> str:
    """One line: recordings that were done, skipped and failed, hours, seconds, times real time."""
    done = f"{grouped(summary.done)} done"
    if summary.resumed:
        done += f" ({grouped(summary.resumed)} in an earlier run)"
    parts = [done]
    if summary.repeated:
        parts.append(f"{grouped(summary.repeated)} skipped (given more than once)")
    parts.append(f"{grouped(len(summary.failed))} failed")
    hours = f"{_hours(summary.audio_s)} of audio in {duration_in_words(summary.elapsed_s)}"
    if summary.audio_s > 0:
        hours += f", {summary.speed:.0f} × real time"
    return f"{', '.join(parts)}; {hours}"


def show_failures(summary: BatchSummary, name_of: Callable[[Path], str] = printable) -> None:
    """What failed and why, on standard error."""
    for path, reason in summary.failed:
        print(f"  failed: {name_of(path)}: {reason}", file=sys.stderr)


def show_written(paths: Sequence[Path]) -> None:
    """Which files were written, on standard error."""
    for path in paths[:_MOST_FILES]:
        print(f"written: {printable(path)}", file=sys.stderr)
    if len(paths) > _MOST_FILES:
        print(f"written: {counted_more(len(paths) - _MOST_FILES, 'file')}", file=sys.stderr)


class WarningsShown:
    """How recordings that are not quite right were taken, on standard error.

    Trouble with the cache is no recording's own, and is shown once for each cause.
    """

    def __init__(self) -> None:
        self._shown: set[str] = set()

    def show(self, name: str, warnings: Iterable[str]) -> None:
        for text in warnings:
            if text.startswith(NOT_STORED):
                if text in self._shown:
                    continue
                self._shown.add(text)
            print(f"{name}: warning: {text}", file=sys.stderr)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.2f} h" if seconds >= 360 else duration_in_words(seconds)
