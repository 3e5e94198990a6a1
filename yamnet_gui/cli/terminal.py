"""What a terminal gets: a progress line, and text of others without what steers it."""

import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from types import TracebackType
from typing import Any, TextIO

_SHORTEST_S = 0.1
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters but tabs and ends of lines, and what turns the direction of text."""


@contextmanager
def clean_terminal() -> Iterator[None]:
    """Within, names and labels that are printed move no cursor and change no colours or titles.

    What goes to a file or another program instead of a terminal stays as it is.
    """
    with ExitStack() as streams:
        for stream, redirected in (sys.stdout, redirect_stdout), (sys.stderr, redirect_stderr):
            if stream is not None and stream.isatty():
                streams.enter_context(redirected(CleanStream(stream)))
        yield


class CleanStream:
    """Writes to a terminal; `plain` takes codes of the program's own."""

    def __init__(self, plain: TextIO) -> None:
        self.plain = plain

    def write(self, text: str) -> int:
        self.plain.write(_STEERING.sub(_as_code, text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)


def _as_code(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


class ProgressLine:
    """The last line of the terminal. Shows at most ten texts a second; cleared at the end."""

    def __init__(self, stream: TextIO | None = None) -> None:
        given = stream or sys.stderr
        self._stream: TextIO = getattr(given, "plain", given)
        self._active = self._stream.isatty()
        self._shown_at = -1.0
        self._shown = False

    def show(self, text: str) -> None:
        now = time.monotonic()
        if not self._active or now - self._shown_at < _SHORTEST_S:
            return
        self._shown_at, self._shown = now, True
        width = max(10, shutil.get_terminal_size().columns - 1)
        shown = _STEERING.sub(_as_code, " ".join(text.splitlines()))
        self._stream.write(f"\r\x1b[K{shown[:width]}")
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
