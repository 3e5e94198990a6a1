"""Asks whether there is a newer version of this program; downloads and installs nothing."""

import os
import threading
from dataclasses import dataclass
from typing import Any

from yamnet_gui import __version__

from .errors import SettingsError
from .json_text import parse_json
from .stopping import check_stopped
from .text import readable_length, without_controls
from .web import Patience, WebError, answer_of

RELEASES_PAGE = "https://github.com/yamnet-gui/yamnet-gui/releases"
"""Where people read about the project's releases."""
RELEASES_ADDRESS = "https://api.github.com/repos/yamnet-gui/yamnet-gui/releases/latest"
"""What programs ask; `YAMNET_GUI_RELEASES` names another address."""
PATIENCE = Patience(connect_s=10.0, silence_s=10.0, total_s=20.0)
_LARGEST_BYTES = 1 << 20
_LONGEST_NOTES = 20_000
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Release:
    """The newest release. `notes` are plain text, `page` an address of the project."""

    version: str
    newer: bool
    notes: str
    page: str


def releases_address() -> str:
    return os.environ.get("YAMNET_GUI_RELEASES") or RELEASES_ADDRESS


def latest_release(address: str = "", patience: Patience = PATIENCE) -> Release:
    """What the address answers, compared with this version.

    Raises SettingsError where nothing usable comes within a bounded time and size, and Cancelled
    soon after the work of this thread is to stop.
    """
    address = address or releases_address()
    return _release(address, _fetched(address, patience))


def _fetched(address: str, patience: Patience) -> bytes:
    """The content. A look-up of a name cannot be interrupted, so that a thread does the asking."""
    result: list[bytes | BaseException] = []

    def ask() -> None:
        try:
            result.append(_content(address, patience))
        except WebError as error:
            result.append(error)

    asking = threading.Thread(target=ask, name="updates", daemon=True)
    asking.start()
    while asking.is_alive():
        asking.join(_LOOK_S)
        check_stopped()
    match result:
        case [bytes(content)]:
            return content
        case [WebError() as error]:
            raise _unknown(address, error.reason) from error
    raise _unknown(address, "nothing came")


def _content(address: str, patience: Patience) -> bytes:
    headers = {"Accept": "application/json", "User-Agent": f"yamnet-gui/{__version__}"}
    with answer_of(address, headers, patience) as answer:
        if answer.status == 404:
            raise WebError("no release is published there")
        if answer.status != 200:
            raise WebError(f"the server answered {answer.status} {answer.reason}".rstrip())
        content = bytearray()
        for block in answer.blocks():
            content += block
            if len(content) > _LARGEST_BYTES:
                raise WebError("the server sends more than a release has")
        return bytes(content)


def _release(address: str, content: bytes) -> Release:
    from packaging.version import InvalidVersion, Version

    try:
        document = parse_json(content)
    except ValueError as error:
        raise _unknown(address, "the answer is not about a release") from error
    match document:
        case {"tag_name": str(tag)} if len(tag) < 100:
            pass
        case _:
            raise _unknown(address, "the answer is not about a release")
    try:
        version, own = Version(tag), Version(__version__)
    except InvalidVersion as error:
        reason = f"the answer names no version ({without_controls(tag)})"
        raise _unknown(address, reason) from error
    early = version.is_prerelease and not own.is_prerelease
    return Release(
        version=str(version),
        newer=version > own and not early,
        notes=_notes(document.get("body")),
        page=_page(document.get("html_url")),
    )


def _notes(text: Any) -> str:
    """Lines of plain text, without what would reach beyond them."""
    if not isinstance(text, str):
        return ""
    lines = readable_length(text, _LONGEST_NOTES).expandtabs(4).splitlines()
    return "\n".join(without_controls(line) for line in lines).strip()


def _page(address: Any) -> str:
    """The page of the release if it is one of the project's, else that of all releases."""
    own = isinstance(address, str) and address.startswith(f"{RELEASES_PAGE}/")
    plain = own and len(address) < 500 and address.isascii() and address.isprintable()
    return address if plain and " " not in address and ".." not in address else RELEASES_PAGE


def _unknown(address: str, reason: str) -> SettingsError:
    advice = f"try again later, or look at {RELEASES_PAGE}"
    return SettingsError(without_controls(address), reason, advice)
