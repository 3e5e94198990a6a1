"""Which storage an address leads to."""

from functools import lru_cache
from pathlib import Path

from .address import with_secrets
from .fsspec_store import FsspecStore
from .notation import LIBRARIES, scheme_of
from .store import Store


def store_of(path: Path) -> Store:
    """The storage that an address leads to.

    Raises StorageError where a library is missing, with how to install it.
    """
    return _store(scheme_of(path), _server_of(path))


@lru_cache(maxsize=32)
def _store(scheme: str, server: str) -> Store:
    if LIBRARIES[scheme] or scheme not in ("http", "https"):
        return FsspecStore(scheme, server)
    from .web_store import WebStore  # the window starts without the web

    return WebStore(scheme)


def _server_of(path: Path) -> str:
    """The user, host and port of an address of sftp, for which there is a connection each."""
    if scheme_of(path) != "sftp":
        return ""
    return with_secrets(path).partition("://")[2].partition("/")[0]
