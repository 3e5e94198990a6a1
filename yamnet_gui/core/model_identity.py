"""One name for a model, whatever file its weights came in.

Results, projects and custom classes name the model that they belong to. Its name is its identity,
computed from the numbers (`yamnet.weights`); versions up to 0.1.0 took the SHA-256 of the HDF5
file. A small file in the user's state folder remembers which other names belong to which
identity, so that what was stored under an older name still belongs to the same weights.
"""

import json
import re
from functools import cache, lru_cache
from pathlib import Path

import platformdirs

from yamnet_gui.core.json_text import parse_json

from .files import replacing

_FILE_NAME = "models.json"
_LARGEST = 2**20
_MOST = 1_000
_DIGITS = re.compile(r"[0-9a-f]{64}")


def current_identity(name: str) -> str:
    """The identity of the model with this name; the name itself where no other is known."""
    return _known().get(name, name)


def has_identity(name: str) -> bool:
    """Whether it is remembered which identity this name belongs to."""
    return name in _known()


def all_names(identity: str) -> tuple[str, ...]:
    """The identity and the other names under which something may be stored."""
    others = [name for name, current in _known().items() if current == identity != name]
    return (identity, *others)


def remember_identity(name: str, identity: str) -> None:
    """Notes that `name` stands for the model with this identity, across runs of the program.

    Names that stood for `name` follow it. Where nothing can be written it lasts as long as the
    process, and is found out again by the next one.
    """
    known = _known()
    if known.get(name) == identity:
        return
    known = {n: identity if current == name else current for n, current in known.items()}
    known[name] = identity
    path = _path()
    _unwritten(path).clear()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as beside:
            beside.write_text(json.dumps(dict(list(known.items())[-_MOST:])), encoding="ascii")
    except OSError:
        _unwritten(path).update(known)


def _path() -> Path:
    return platformdirs.user_state_path("yamnet-gui", appauthor=False) / _FILE_NAME


@cache
def _unwritten(_path: Path) -> dict[str, str]:
    """What could not be written to this file, for the rest of the process."""
    return {}


def _known() -> dict[str, str]:
    path = _path()
    return _written(path) | _unwritten(path)


def _written(path: Path) -> dict[str, str]:
    try:
        status = path.stat()
        if status.st_size > _LARGEST:
            return {}
    except OSError:
        return {}
    return _read(path, status.st_mtime_ns, status.st_ino)


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int, _inode: int) -> dict[str, str]:
    try:
        content = parse_json(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {
        name: current
        for name, current in content.items()
        if _DIGITS.fullmatch(name) and isinstance(current, str) and _DIGITS.fullmatch(current)
    }
