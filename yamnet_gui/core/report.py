"""The report of an unexpected error, for the developers who fix it."""

import platform
import traceback
from types import TracebackType

from yamnet_gui import __version__

from .log import log_path


def error_report(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None, extra: str = ""
) -> str:
    """Versions, where the log is, and the traceback, as text to be copied.

    `extra` is a line about the window, such as the version of Qt.
    """
    head = [
        f"yamnet_gui {__version__}",
        f"Python {platform.python_version()} on {platform.platform()}",
        *([extra] if extra else []),
        f"Log: {log_path()}",
        "",
    ]
    return "\n".join(head) + "".join(traceback.format_exception(kind, error, trace))
