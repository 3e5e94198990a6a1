"""The program's log: what it did and what went wrong, in a file of bounded size."""

import logging
import platform
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

from yamnet_gui import __version__
from yamnet_gui.core.storage.notation import written

from .own_files import check_own
from .text import encodable

_LARGEST_BYTES = 1_000_000
_OLDER_FILES = 3
_FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"

VERBOSE_HELP = "log in detail, on the standard error too"

_log = logging.getLogger(__name__)


def log_path() -> Path:
    """The file that is being written; older ones lie beside it as `.1` to `.3`."""
    return platformdirs.user_log_path("yamnet-gui", appauthor=False) / "yamnet-gui.log"


def last_lines(count: int = 50) -> list[str]:
    """The end of the log; nothing where there is none yet.

    Raises OSError where the file exists and cannot be read.
    """
    try:
        text = log_path().read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return text.splitlines()[-count:]


def set_detailed(detailed: bool) -> None:
    """Logs in detail from now on, or no longer; of no effect outside `logging_to_file`."""
    logger = logging.getLogger("yamnet_gui")
    if logger.handlers:
        logger.setLevel(logging.DEBUG if detailed else logging.INFO)


@contextmanager
def logging_to_file(arguments: Sequence[str], *, verbose: bool = False) -> Iterator[None]:
    """Writes the log while the program runs; with `verbose` in detail, and to standard error too.

    Where no file can be written, or a link or a pipe lies in its place, the program continues
    without one.
    """
    logger = logging.getLogger("yamnet_gui")
    handlers = [*_file_handlers(), *([logging.StreamHandler(sys.stderr)] if verbose else [])]
    former = logger.level
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT))
        logger.addHandler(handler)
    _log.info(
        "yamnet_gui %s, Python %s, %s; arguments: %s",
        __version__,
        platform.python_version(),
        platform.platform(),
        encodable(" ".join(map(written, arguments))) or "none",
    )
    try:
        yield
    finally:
        logger.setLevel(former)
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()


class _QuietFileHandler(RotatingFileHandler):
    """A full disk must not fill the terminal with complaints about the log.

    What lies in the place of an older file and is none of ours is not replaced: the line is lost.
    """

    def doRollover(self) -> None:
        """Raises OSError, which `handleError` takes."""
        check_own(_files(Path(self.baseFilename)))
        super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:
        """Loses the line."""


def _files(path: Path) -> list[Path]:
    """The log and its older files, whether they are there or not."""
    return [path, *(path.with_name(f"{path.name}.{n + 1}") for n in range(_OLDER_FILES))]


def _file_handlers() -> list[logging.Handler]:
    path = log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        check_own(_files(path))
        return [
            _QuietFileHandler(
                path,
                maxBytes=_LARGEST_BYTES,
                backupCount=_OLDER_FILES,
                encoding="utf-8",
                errors="backslashreplace",
            )
        ]
    except OSError:
        return []
