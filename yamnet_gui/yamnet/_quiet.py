"""Keeps what TensorFlow and LiteRT log in C++ off the standard error."""

import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_NOISE = re.compile(
    rb"(WARNING: All log messages before absl::|[IW]\d{4} \d\d:\d\d:\d\d|[IW]0000 |To enable the f"
    rb"|INFO: Created TensorFlow Lite XNNPACK)"
)
_lock = threading.Lock()  # two at once would put back the standard error in the wrong order


@contextmanager
def without_noise() -> Iterator[None]:
    """Drops log lines of both from the standard error; the rest is written afterwards.

    TensorFlow logs before it reads TF_CPP_MIN_LOG_LEVEL, from C++, to the file descriptor.
    """
    with _lock, ExitStack() as opened:
        try:
            saved = os.dup(2)
            opened.callback(os.close, saved)
            caught = opened.enter_context(tempfile.TemporaryFile())
        except OSError:  # no console, so no standard error; or no folder for temporary files
            yield
            return
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            caught.seek(0)
            for line in caught:
                if not _NOISE.match(line):
                    os.write(2, line)
