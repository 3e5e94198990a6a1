"""Which recordings an address of storage stands for."""

from collections.abc import Iterator
from pathlib import Path

from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.errors import MissingInStorageError, StorageError
from yamnet_gui.core.storage.notation import address_of, scheme_of
from yamnet_gui.core.storage.statuses import note_status, object_status
from yamnet_gui.core.storage.stores import store_of
from yamnet_gui.core.text import counted, printable

from .sound_files import is_sound_file

_PATTERN = frozenset("*?[")


def recordings_at(address: str | Path) -> Iterator[Path]:
    """The object itself, the recordings below a folder at any depth, or what matches a pattern.

    In folders the ending decides, and names that begin with a dot are left out. Raises
    StorageError where nothing is there, and at the end where names cannot be used, UserError for
    what is no address.
    """
    path = path_of(address)
    folder, pattern = _folder_and_pattern(path)
    if not pattern and not object_status(path).is_folder:
        yield path
        return
    found = False
    left_out: list[str] = []
    for inner, status in store_of(folder).below(folder, pattern, left_out):
        rest = inner.relative_to(folder)
        if not pattern and (any(p.startswith(".") for p in rest.parts) or not is_sound_file(inner)):
            continue
        note_status(inner, status)
        found = True
        yield inner
    odd = [name for name in left_out if pattern or is_sound_file(Path(name))]
    if odd:
        many = f"{counted(len(odd), 'recording')} cannot be named here, such as {printable(odd[0])}"
        reason = f"{many}: an empty part, a dot, a backslash or a control character is in it"
        raise StorageError(path, reason, "rename them there")
    if pattern and not found:
        raise MissingInStorageError(path, "object that matches this pattern")


def _folder_and_pattern(path: Path) -> tuple[Path, str]:
    """The part of a path without a pattern, and the rest; on web servers "?" is no pattern."""
    if scheme_of(path) in ("http", "https") or not _PATTERN & set(address_of(path)):
        return path, ""
    whole = path
    while _PATTERN & set(address_of(path)):
        path = path.parent
    return path, whole.relative_to(path).as_posix()
