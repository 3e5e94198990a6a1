"""Addresses of storage, and how they travel as the paths that the whole program passes about.

`s3://bucket/2026/a.wav` as a path is `//s3:/bucket/2026/a.wav`: absolute on every system, so that
nothing puts a folder before it, and the same again after its text was read. It has name, ending,
parents and sound tracks (`film.mkv#track=2`) like any path. What is shown and stored is the
address, without a password or a signature.
"""

import re
from pathlib import Path
from urllib.parse import parse_qsl

LIBRARIES = {
    "s3": "s3fs",
    "gs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "sftp": "paramiko",
    "http": "",
    "https": "",
}
"""Schemes of addresses, and the package that each needs beside fsspec; "" for none, not even it."""

ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9]*)://(.*)", re.DOTALL)
_PATH = re.compile(r"/{0,2}([a-z][a-z0-9]*):/(?!/)(.+)", re.DOTALL)
TRACK = re.compile(r"#track=[1-9][0-9]{0,2}$")
_PASSWORD = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:/{1,2}[^/@\s:]*):[^/@\s]*@")
_PLAIN_QUERY = frozenset({"versionid", "generation", "version", "v", "dl", "download", "raw"})
"""Parameters of web addresses that choose what is sent, and let nobody in."""


def is_address(text: object) -> bool:
    """Whether a text is an address of storage that is known here."""
    match = ADDRESS.match(text) if isinstance(text, str) else None
    return match is not None and match[1].lower() in LIBRARIES


def is_stored(path: Path | str) -> bool:
    """Whether a path stands for an address."""
    text = str(path)
    if ":" not in text:  # nearly all
        return False
    match = _PATH.match(text.replace("\\", "/"))
    return match is not None and match[1] in LIBRARIES


def address_of(path: Path | str) -> str:
    """The address that a path stands for, as it may be shown. Raises ValueError for others."""
    return without_secrets(address_as_given(path))


def address_as_given(path: Path | str) -> str:
    """The same with what is secret of it: where a text became a path before anybody looked at it.

    Raises ValueError for others.
    """
    match = _PATH.match(str(path).replace("\\", "/"))
    if match is None or match[1] not in LIBRARIES:
        raise ValueError(f"{path} is no address")
    return f"{match[1]}://{match[2]}"


def written(path: Path | str) -> str:
    """The path as it is shown and stored: the address where it stands for one, never a secret."""
    text = str(path)
    if is_address(text):
        return without_secrets(text)
    if ":" not in text:
        return text
    return address_of(path) if is_stored(path) else _PASSWORD.sub(r"\1@", text)


def recording_text(path: Path) -> str:
    """The same with forward slashes on every system, for tables."""
    return address_of(path) if is_stored(path) else path.as_posix()


def scheme_of(path: Path) -> str:
    """The scheme of an address."""
    return address_of(path).partition(":")[0]


def without_secrets(address: str) -> str:
    """The address without a password, and without what signs it or may be a key to it."""
    match = ADDRESS.fullmatch(address)
    if match is None or match[1].lower() not in LIBRARIES:
        return address
    scheme, place = match[1].lower(), match[2]
    host, slash, rest = place.partition("/")
    user, at, server = host.rpartition("@")
    if at:
        name = user.partition(":")[0]
        host = f"{name}@{server}" if scheme == "sftp" and name else server
    if scheme in ("http", "https"):
        rest = _without_keys(rest)
    return f"{match[1]}://{host}{slash}{rest}"


def _without_keys(rest: str) -> str:
    """The place on a web server without its query, unless that lets nobody in."""
    track = TRACK.search(rest)
    tail = track[0] if track else ""
    body = rest[: len(rest) - len(tail)].partition("#")[0]
    place, mark, query = body.partition("?")
    if mark and query:
        names = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
        if names and names <= _PLAIN_QUERY:
            place = f"{place}?{query}"
    return place + tail
