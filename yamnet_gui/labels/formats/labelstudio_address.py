"""Where Label Studio finds the recordings: their path, or their address on a file server."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.storage.notation import is_stored, written

from .base import WriteOptions

LOCAL_FILES = "/data/local-files/?d="
"""Before the path, from its document root, of a file on the server that Label Studio runs on."""


def addresses(paths: Sequence[Path], options: WriteOptions) -> Callable[[RecordingInfo], str]:
    """Gives a recording's address: the prefix of the options and the path from their base folder.

    Without a base it is the path from the folder that all recordings have in common; a recording
    elsewhere is addressed by its whole path. Without a prefix it is the path in the table.
    """
    prefix = options.media_prefix.strip()
    if not prefix:
        return options.file_name
    if not prefix.endswith(("/", "=")):
        prefix += "/"
    base = options.base or _common(paths)

    def address(info: RecordingInfo) -> str:
        path = info.path
        if is_stored(path):
            return written(path)
        if base is not None and path.is_relative_to(base):
            path = path.relative_to(base)
        return prefix + quote(path.as_posix().lstrip("/"), errors="surrogateescape")

    return address


def _common(paths: Sequence[Path]) -> Path | None:
    try:
        return Path(os.path.commonpath([path.parent for path in paths]))
    except ValueError:  # none, on different drives, or some are relative
        return None
