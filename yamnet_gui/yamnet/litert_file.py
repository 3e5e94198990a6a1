"""The file that LiteRT runs: made once of a weights file, checked, and stored beside it.

Its name says which weights it was made of, by what, and what its content is:
`yamnet-WEIGHTS-tflite1-CONTENT.tflite`, with the first digits of the weights' identity and of the
SHA-256 of identity and content. So it appears in one step, two programs that make it at the same
time cannot disturb each other, and a damaged one, or one of other weights under this name, is
recognised without a second file. Files that TensorFlow's converter made, which give the same
numbers, are named by its version (`tf2.21.0`); they are taken, too.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Generator, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from yamnet_gui.core.cached_files import LITERT
from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.folders import user_cache_folder

from .litert_model import writing_litert
from .litert_network import LiteRTError
from .weights import inspect_weights

_SUFFIX = ".tflite"
_MADE_BY = "tflite1"
"""The way `litert_model` writes it; another number where its results would differ."""
_DIGITS = 16


def litert_is_installed() -> bool:
    """Whether LiteRT is there; looks without importing it."""
    return find_spec("ai_edge_litert") is not None


def litert_is_stored(weights: Path, identity: str) -> bool:
    """Whether there is a file for LiteRT that was made of these weights; it is not read."""
    return next(_stored(weights, identity), None) is not None


def stored_litert(weights: Path, identity: str) -> bytes | None:
    """The content of the file for LiteRT that was made of these weights; None: none is intact.

    `identity` is that of the weights. Damaged files are removed.
    """
    for path in _stored(weights, identity):
        content = _intact(path, identity)
        if content is not None:
            return content
        with suppress(OSError):
            path.unlink()
    return None


def making_litert(weights: Path, identity: str) -> Generator[float, None, bytes]:
    """Makes the file for LiteRT where none is intact; yields how far it is.

    Returns its content. The file lies beside the weights, or in the user's cache where that folder
    cannot be written to. Raises WeightsError where the weights are broken or change meanwhile, and
    LiteRTError: LiteRT cannot be loaded, no room, or scores would not be the network's.
    """
    content = stored_litert(weights, identity)
    if content is not None:
        return content
    content = yield from writing_litert(weights)
    if inspect_weights(weights).identity != identity:
        raise WeightsError(weights, "was replaced while it was being prepared", "try again")
    _store(content, weights, identity)
    return content


def _stored(weights: Path, identity: str) -> Iterator[Path]:
    for folder in _folders(weights):
        yield from sorted(folder.glob(f"yamnet-{identity[:_DIGITS]}-tf*-*{_SUFFIX}"))


def _folders(weights: Path) -> list[Path]:
    """Where the file may lie, the first choice first."""
    cache = user_cache_folder() / LITERT.folder
    if weights.is_dir():  # a SavedModel, mostly in the cache of another program
        return [cache]
    return [weights.absolute().parent, cache]


def _intact(path: Path, identity: str) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content if path.stem.endswith(f"-{_digest(content, identity)}") else None


def _digest(content: bytes, identity: str) -> str:
    return hashlib.sha256(identity.encode() + content).hexdigest()[:_DIGITS]


def _store(content: bytes, weights: Path, identity: str) -> None:
    """Puts the file into the first folder that takes it. Raises LiteRTError where none does."""
    name = f"yamnet-{identity[:_DIGITS]}-{_MADE_BY}-{_digest(content, identity)}{_SUFFIX}"
    reason: object = ""
    for folder in _folders(weights):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not folder.stat().st_mode & stat.S_IWUSR:  # which does not stop an administrator
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            with replacing(folder / name) as beside:
                beside.write_bytes(content)
            return
        except OSError as error:
            reason = error.strerror or error
    raise LiteRTError(folder, f"the network for LiteRT cannot be stored ({reason})")
