"""Which file the address of a recording means: paths of other systems, URLs, uploads."""

import re
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import parse_qs, unquote, urlsplit

_SCHEME = re.compile(r"(?i)(file:|[a-z][a-z0-9+.-]+://)")
_UPLOAD = re.compile(r"^[0-9a-f]{8}-(?=.)")


def file_of(address: str) -> str | None:
    """The path or name of the file, with forward slashes; None where the address names none.

    Addresses lose their server, uploads to Label Studio the prefix that it gave them, and paths of
    its local storage are what stands behind `?d=`.
    """
    if address.startswith("data:"):  # the sound itself
        return None
    try:
        parts = urlsplit(address)
    except ValueError:  # "file://[" and the like
        return None
    if parts.path.endswith("/data/local-files/"):
        return parse_qs(parts.query).get("d", [""])[0] or None
    if not _SCHEME.match(address):
        path = address
    else:
        path = unquote(parts.path, errors="surrogateescape")
        if parts.scheme.lower() == "file" and parts.netloc not in ("", "localhost"):
            path = f"//{parts.netloc}{path}"  # a share of a network
        elif parts.scheme.lower() != "file":
            path = path.lstrip("/")  # a path on a server is none on this computer
    if "/upload/" in path:
        path = _UPLOAD.sub("", path.rpartition("/")[2])
    windows = PureWindowsPath(path.lstrip("/"))
    if windows.drive and _SCHEME.match(address):
        return windows.as_posix()
    return PurePosixPath(path).as_posix() if path.strip("/") else None
