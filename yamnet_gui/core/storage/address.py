"""The path of an address, and what of the address is secret.

Passwords and signatures stay in the environment of this process and of those that it starts; no
path, message, project or table has them.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from yamnet_gui.core.errors import UserError

from .notation import (
    ADDRESS,
    TRACK,
    address_as_given,
    address_of,
    is_address,
    is_stored,
    without_secrets,
)

_SECRETS = "YAMNET_GUI_ADDRESSES_WITH_SECRETS"


def path_of(text: str | Path) -> Path:
    """The path that a text names: of an address, or of a file as it is written.

    Raises UserError where an address has parts that no path can hold.
    """
    if is_address(text):
        return path_of_address(str(text))
    if is_stored(text):
        whole, shown = address_as_given(text), address_of(text)
        if whole != shown:
            _keep_secret(shown, whole)
        return Path("//" + shown.replace("://", ":/", 1))
    return Path(text)


def path_of_address(address: str) -> Path:
    """The path that stands for an address; what is secret of it is kept aside.

    Raises UserError where it has no host, or parts that no path can hold.
    """
    shown = without_secrets(address)
    match = ADDRESS.fullmatch(shown)
    if match is None:
        raise UserError(shown, "is not an address")
    scheme, place = match[1].lower(), match[2].rstrip("/")
    parts = place.split("/")
    if not parts[0]:
        raise UserError(shown, "names no host or bucket", f"write {scheme}://NAME/…")
    if scheme in ("http", "https") and not _is_web_address(f"{scheme}://{place}"):
        raise UserError(shown, f"is not a valid {scheme} address")
    if not can_be_path(place):
        raise UserError(
            shown, "has an empty part, a dot, a backslash or a control character", "rename it there"
        )
    whole = f"{scheme}://{place}"
    if address.rstrip("/") != shown.rstrip("/"):
        _keep_secret(whole, address)
    return Path(f"//{scheme}:/{place}")


def can_be_path(name: str) -> bool:
    """Whether a name behind slashes can be held by a path and shown in a line."""
    parts = name.split("/")
    return name.isprintable() and "\\" not in name and not {"", ".", ".."} & set(parts)


def with_secrets(path: Path) -> str:
    """The whole address that a path stands for: only for asking the server."""
    address = address_of(path)
    return _kept().get(address, address)


def addresses_with_secrets(paths: Iterable[Path]) -> tuple[str, ...]:
    """The whole addresses of those paths that need what is secret of them.

    For another process of this user, which keeps them by `path_of_address`.
    """
    kept = _kept()
    addresses = (
        {TRACK.sub("", address_of(path)) for path in paths if is_stored(path)} if kept else set()
    )
    return tuple(kept[address] for address in sorted(addresses & kept.keys()))


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.hostname)


def _kept() -> dict[str, str]:
    try:
        kept = json.loads(os.environ.get(_SECRETS, "{}"))
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _keep_secret(shown: str, whole: str) -> None:
    """Keeps the whole address for this process and those that it starts."""
    file = TRACK.sub("", shown)
    os.environ[_SECRETS] = json.dumps({**_kept(), file: TRACK.sub("", whole)})
