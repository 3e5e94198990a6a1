"""The one file that holds the settings, shared with other windows of the program."""

import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from yamnet_gui.core.files import replacing

from .ini_file import Value, as_list, read_ini, write_ini

_LARGEST = 4 << 20
_WAIT_MS = 300
_log = logging.getLogger(__name__)


class SettingsFile(QObject):
    """Plain values by "group/key", written a moment after they change.

    What other programs changed meanwhile stays: a write reads the file again and lays only its own
    changes over it. A file that cannot be read or written costs the settings, nothing else.
    """

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._values = self._read()
        self._changes: dict[str, Value | None] = {}
        self._later = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._later.timeout.connect(self.flush)

    def text(self, key: str) -> str | None:
        """The stored text; None where there is none, or something else."""
        value = self._values.get(key)
        return value if isinstance(value, str) else None

    def bytes(self, key: str) -> bytes:
        """The stored bytes; empty where there are none."""
        value = self._values.get(key)
        return value if isinstance(value, bytes) else b""

    def texts(self, key: str) -> Sequence[str]:
        """The stored list, empty where there is none."""
        return as_list(self._values.get(key))

    def set(self, key: str, value: Value | None) -> None:
        """Stores a value; None removes it."""
        if isinstance(value, tuple) and len(value) == 1:
            value = value[0]
        if self._values.get(key) == value:
            return
        self._changes[key] = value
        self._lay(key, value)
        if QCoreApplication.instance() is not None:  # else nothing would ever start it
            self._later.start()

    def flush(self) -> None:
        """Writes what has changed, now."""
        self._later.stop()
        if not self._changes:
            return
        self._values = self._read()
        for key, value in self._changes.items():
            self._lay(key, value)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._path, through_links=True) as beside:
                beside.write_bytes(write_ini(self._values))
        except OSError as error:
            _log.warning("the settings are not stored in %s: %s", self._path, error)
            return
        self._changes.clear()

    def _lay(self, key: str, value: Value | None) -> None:
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value

    def _read(self) -> dict[str, Value]:
        try:
            if self._path.is_file() and self._path.stat().st_size <= _LARGEST:
                return read_ini(self._path.read_bytes())
        except OSError as error:
            _log.warning("the settings in %s cannot be read: %s", self._path, error)
        return {}
