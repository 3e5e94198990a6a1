"""Label sets as JSON files, to share them between projects and users."""

import json
import re
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.files import check_no_device, replacing
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.text import encodable

from .models import LabelSet, OwnLabel, new_id

LABEL_SET_SUFFIX = ".json"
_FORMAT = "yamnet_gui label set"
_VERSION = 1
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_MOST_BYTES = 4 << 20


def write_label_set(path: Path, labels: LabelSet) -> None:
    """Writes one set. Raises LabelsError where the file cannot be written."""
    data = {
        "format": _FORMAT,
        "version": _VERSION,
        "name": labels.name,
        "labels": [_out(label) for label in labels.labels],
    }
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    try:
        with replacing(path) as beside:
            beside.write_text(text, "utf-8")
    except OSError as error:
        raise LabelsError(path, f"cannot be written ({error.strerror})") from error


def read_label_set(path: Path) -> LabelSet:
    """Reads what `write_label_set` wrote; the set gets an id of its own.

    Also takes a plain text file with one name a line. Raises LabelsError where the file cannot be
    read, is of a newer version or makes no label set.
    """
    try:
        check_no_device(path)
        if path.stat().st_size > _MOST_BYTES:
            raise LabelsError(path, "is too large for a label set")
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise LabelsError(path, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise LabelsError(path, "is not text in UTF-8") from error
    if not text.lstrip().startswith(("{", "[")):
        names = dict.fromkeys(line.strip() for line in text.splitlines() if line.strip())
        if not names:
            raise LabelsError(path, "contains no labels", "write one name per line")
        return LabelSet(new_id(), path.stem, tuple(OwnLabel(encodable(name)) for name in names))
    try:
        data = parse_json(text)
    except ValueError as error:
        raise LabelsError(path, f"is not JSON ({error})") from error
    return _set(path, data)


def _set(path: Path, data: Any) -> LabelSet:
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise LabelsError(path, "is not a label set", "choose a file that this program exported")
    version = data.get("version")
    if not isinstance(version, int) or version > _VERSION:
        raise LabelsError(path, "was made by a newer version of the program", "update the program")
    entries = data.get("labels")
    if not isinstance(entries, list):
        raise LabelsError(path, "has no list of labels")
    labels: dict[str, OwnLabel] = {}
    for number, entry in enumerate(entries, start=1):
        label = _label(entry)
        if label is None:
            raise LabelsError(path, f"label {number} has no name, or an invalid colour or shortcut")
        labels.setdefault(label.name, label)
    name = data.get("name")
    return LabelSet(new_id(), encodable(name) if isinstance(name, str) and name else path.stem,
                    tuple(labels.values()))  # fmt: skip


def _label(entry: Any) -> OwnLabel | None:
    if not isinstance(entry, dict):
        return None
    name, color, key = entry.get("name"), entry.get("color", ""), entry.get("key", "")
    mid, index = entry.get("audioset_id", ""), entry.get("class_index")
    texts = all(isinstance(text, str) for text in (color, key, mid))
    if not isinstance(name, str) or not name.strip() or not texts:
        return None
    if len(key) > 1 or (color and not _COLOR.fullmatch(color)):
        return None
    if index is not None and (not isinstance(index, int) or isinstance(index, bool) or index < 0):
        return None
    return OwnLabel(encodable(name.strip()), color, encodable(key), encodable(mid), index)


def _out(label: OwnLabel) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": label.name}
    for name, value in (
        ("color", label.color), ("key", label.key), ("audioset_id", label.mid),
        ("class_index", label.class_index),
    ):  # fmt: skip
        if value not in ("", None):
            fields[name] = value
    return fields
