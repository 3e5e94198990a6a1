"""Mappings of columns that the user saved under a name, for window and command line."""

import json
from pathlib import Path

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.labels.formats.columns import ColumnMapping, mapping_text, parse_mapping
from yamnet_gui.labels.project.paths import data_folder

_FILE = "columns.json"
_MOST_BYTES = 1 << 20


class SavedColumns:
    """Mappings by name, in a file of the user's data folder."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or data_folder() / _FILE

    def texts(self) -> dict[str, str]:
        """Name → mapping as text. Raises SettingsError where the file cannot be read."""
        try:
            if self._path.stat().st_size > _MOST_BYTES:
                raise SettingsError(self._path, "is too large for saved columns")
            content = parse_json(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise SettingsError(self._path, f"cannot be read ({error.strerror})") from error
        except ValueError as error:
            raise SettingsError(self._path, "is damaged", "rename or remove it") from error
        if not isinstance(content, dict):
            raise SettingsError(self._path, "is damaged", "rename or remove it")
        return {n: t for n, t in content.items() if isinstance(n, str) and isinstance(t, str)}

    def save(self, name: str, mapping: ColumnMapping) -> None:
        """Stores the mapping, in place of one of the same name.

        Raises SettingsError for a name that would be taken for columns, and where it cannot be
        written.
        """
        name = name.strip()
        if not name or "=" in name or "," in name:
            raise SettingsError(repr(name), "cannot be a name of columns", "leave out = and ,")
        texts = {**self.texts(), name: mapping_text(mapping)}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._path, through_links=True) as beside:
                beside.write_text(json.dumps(texts, ensure_ascii=False, indent=1), "utf-8")
        except OSError as error:
            raise SettingsError(self._path, f"cannot be written ({error.strerror})") from error

    def mapping(self, text: str) -> ColumnMapping:
        """The mapping of this name, or the one that the text itself is. Raises SettingsError."""
        if "=" in text:
            return parse_mapping(text)
        texts = self.texts()
        if text not in texts:
            known = f"known names: {', '.join(texts)}" if texts else "no columns were saved yet"
            raise SettingsError(text, "is no saved name of columns", known)
        return parse_mapping(texts[text])
