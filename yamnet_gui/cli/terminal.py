"""A progress line on the terminal; nothing where there is no terminal."""

import shutil
import sys
import time
from types import TracebackType
from typing import TextIO

_SHORTEST_S = 0.1


class ProgressLine:
    """The last line of the terminal. Shows at most ten texts a second; cleared at the end."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._active = self._stream.isatty()
        self._shown_at = -1.0
        self._shown = False

    def show(self, text: str) -> None:
        now = time.monotonic()
        if not self._active or now - self._shown_at < _SHORTEST_S:
            return
        self._shown_at, self._shown = now, True
        width = max(10, shutil.get_terminal_size().columns - 1)
        self._stream.write(f"\r\x1b[K{text[:width]}")
        self._stream.flush()

    def clear(self) -> None:
        """Makes room for other text."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False

    def __enter__(self) -> "ProgressLine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()
