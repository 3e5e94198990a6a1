"""What a later start hands to the window that is open already, and where the two meet.

Lines of JSON in ASCII go over a socket that this user alone can open:

    later start   {"nonce": "0f…"}
    window        {"proof": "9a…"}      HMAC-SHA-256 of the nonce with the secret in the note
    later start   {"files": ["/…"], "demo": false, "activation": "", "addresses": []}
    window        {"opened": true}

The proof shows that whoever answers is the window that wrote the note, not somebody who took its
name after it had ended. Paths are text in which bytes that are not UTF-8 stand as Python has them.
`addresses` are those of files with a password or a signature, whole: paths lack these.
"""

import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import stat
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from yamnet_gui import __version__

from .files import replacing
from .json_text import parse_json
from .lock import FileLock
from .storage.notation import is_address

_log = logging.getLogger(__name__)

LARGEST_BYTES = 4 << 20
"""Of a request: tens of thousands of paths."""
LARGEST_ANSWER_BYTES = 4096
_MOST_FILES = 20_000
_LONGEST_PATH = 32_768
_LONGEST_ACTIVATION = 512
_LONGEST_SOCKET = 90  # bytes; systems allow 104 to 108, and Qt needs some on the way
_NONCE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class HandOver:
    """Files to open, absolute, or the demo; neither: the window only comes to the front.

    `activation` is the desktop's token that lets a window take the focus ("" where there is none).
    `secret_addresses` are those of files that need what is secret of them, which their paths lack.
    """

    files: tuple[Path, ...] = ()
    demo: bool = False
    activation: str = ""
    secret_addresses: tuple[str, ...] = field(default=(), repr=False)

    def line(self) -> bytes:
        """Raises ValueError where it is more than a window accepts."""
        request = {
            "files": [os.fspath(path) for path in self.files],
            "demo": self.demo,
            "activation": self.activation,
            "addresses": self.secret_addresses,
        }
        line = json_line(request)
        read_hand_over(line)
        return line


def read_hand_over(line: bytes) -> HandOver:
    """The request of a line. Raises ValueError for everything that is not exactly one."""
    if len(line) > LARGEST_BYTES:
        raise ValueError("it is too long")
    match _document(line):
        case {
            "files": [*files],
            "demo": bool(demo),
            "activation": str(activation),
            "addresses": [*addresses],
        }:
            pass
        case _:
            raise ValueError("it is no request")
    if len(files) > _MOST_FILES:
        raise ValueError("it names too many files")
    if activation and not is_token(activation):
        raise ValueError("its token is none")
    if len(addresses) > _MOST_FILES or not all(map(_is_short_address, addresses)):
        raise ValueError("it has what is no address")
    return HandOver(_paths(files), demo, activation, tuple(addresses))


def _is_short_address(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_PATH and is_address(value)


def is_token(text: str) -> bool:
    """Whether this can be a desktop's token."""
    return 0 < len(text) <= _LONGEST_ACTIVATION and text.isascii() and text.isprintable()


def json_line(document: Mapping[str, Any]) -> bytes:
    """A document as one line."""
    return json.dumps(document).encode("ascii") + b"\n"


def greeting() -> tuple[bytes, str]:
    """The first line of a later start, and its nonce."""
    nonce = secrets.token_hex(16)
    return json_line({"nonce": nonce}), nonce


def answer_to_greeting(line: bytes, secret: str) -> bytes:
    """The window's answer to a first line. Raises ValueError where it is none."""
    match _document(line):
        case {"nonce": str(nonce)} if _NONCE.fullmatch(nonce):
            return json_line({"proof": _proof(nonce, secret)})
    raise ValueError("it is no greeting")


def is_proof(line: bytes, nonce: str, secret: str) -> bool:
    """Whether the answer comes from the window that wrote the note."""
    try:
        match _document(line):
            case {"proof": str(proof)} if proof.isascii():
                return hmac.compare_digest(proof, _proof(nonce, secret))
    except ValueError:
        pass
    return False


OPENED = json_line({"opened": True})


@dataclass(frozen=True, slots=True)
class Note:
    """Where the window listens, and its secret."""

    server: str
    secret: str


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """Files of one user, display, version and set of folders: a lock, a note, a socket."""

    folder: Path
    key: str

    @property
    def lock(self) -> Path:
        """Whoever has it is the window that opens what others hand over."""
        return self.folder / f"{self.key}.lock"

    @property
    def socket(self) -> Path:
        return self.folder / f"{self.key}.socket"

    @property
    def _note(self) -> Path:
        return self.folder / f"{self.key}.json"

    def new_note(self) -> Note:
        """A secret, and a name to listen at, that nobody can have taken beforehand."""
        server = str(self.socket)
        if sys.platform == "win32":  # pipes have no folders
            server = f"yamnet-gui-{secrets.token_hex(16)}"
        return Note(server, secrets.token_hex(32))

    def write_note(self, note: Note) -> None:
        """Raises OSError."""
        with replacing(self._note) as beside:
            beside.chmod(0o600)
            beside.write_bytes(json_line({"server": note.server, "secret": note.secret}))

    def read_note(self) -> Note | None:
        """None where there is none that can be read."""
        try:
            with self._note.open("rb") as file:
                document = _document(file.read(LARGEST_ANSWER_BYTES))
        except (OSError, ValueError):
            return None
        match document:
            case {"server": str(server), "secret": str(secret)}:
                return Note(server, secret)
        return None

    def remove_note(self) -> None:
        """Raises OSError."""
        self._note.unlink(missing_ok=True)


class Claim:
    """The right to open what later starts hand over: one window of a meeting place has it."""

    def __init__(self, place: MeetingPlace | None) -> None:
        self.place = place
        self._lock = FileLock(place.lock) if place is not None else None
        self.held = False

    def take(self) -> bool:
        """Whether it is this window's now; False while another one has it, and without a place."""
        if self._lock is not None and not self.held:
            try:
                self.held = self._lock.acquire()
            except OSError as error:
                _log.warning("later starts open other windows: %s", error)
        return self.held

    def give_back(self) -> None:
        """Lets another window take it."""
        if self._lock is not None and self.held:
            self._lock.release()
            self.held = False


def meeting_place(environment: Mapping[str, str] | None = None) -> MeetingPlace | None:
    """Where starts of this user on this display meet; None where no folder is private.

    A later start meets only windows of the same version, on the same display of the same machine,
    with the same folders of settings and data: another one may read projects in another way.
    """
    env = os.environ if environment is None else environment
    key = _key(env)
    for folder in _folders(env):
        place = MeetingPlace(folder, key)
        if len(os.fsencode(place.socket)) <= _LONGEST_SOCKET and _is_private(folder):
            return place
    return None


def _folders(env: Mapping[str, str]) -> list[Path]:
    if sys.platform == "win32":
        return [platformdirs.user_data_path("yamnet-gui", appauthor=False) / "window"]
    runtime = env.get("XDG_RUNTIME_DIR", "")
    own = [Path(runtime) / "yamnet-gui"] if runtime.startswith("/") else []
    return [*own, Path(tempfile.gettempdir()) / f"yamnet-gui-{os.getuid()}"]


def _key(env: Mapping[str, str]) -> str:
    display = env.get("WAYLAND_DISPLAY") or re.sub(r"\.\d+$", "", env.get("DISPLAY", ""))
    parts = (
        __version__,
        os.uname().nodename if hasattr(os, "uname") else env.get("COMPUTERNAME", ""),
        env.get("QT_QPA_PLATFORM", ""),
        display or env.get("SESSIONNAME", ""),
        platformdirs.user_config_dir("yamnet-gui", appauthor=False),
        platformdirs.user_data_dir("yamnet-gui", appauthor=False),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _is_private(folder: Path) -> bool:
    """Whether nobody else can put or read anything there; makes the folder."""
    try:
        folder.mkdir(mode=0o700, parents=sys.platform == "win32", exist_ok=True)
        if sys.platform == "win32":  # below the user's own profile
            return True
        above, own = folder.parent.stat(), folder.lstat()
    except OSError:
        return False
    closed = not above.st_mode & 0o022 or above.st_mode & stat.S_ISVTX
    return (
        above.st_uid in (0, os.getuid())
        and bool(closed)
        and stat.S_ISDIR(own.st_mode)
        and own.st_uid == os.getuid()
        and not own.st_mode & 0o077
    )


def _document(line: bytes) -> Any:
    if not line.endswith(b"\n") or not line.isascii():
        raise ValueError("it is no line of ASCII")
    return parse_json(line)


def _paths(texts: Sequence[Any]) -> tuple[Path, ...]:
    """Thousands in a fraction of a second, since the window waits for it."""
    for text in texts:
        if not isinstance(text, str) or len(text) > _LONGEST_PATH or "\0" in text:
            raise ValueError("it names what is no path")
        if not os.path.isabs(text):  # noqa: PTH117 - of texts it is ten times as fast
            raise ValueError("it names a path that is not absolute")
    os.fsencode("".join(texts))  # raises where one stands for no bytes
    return tuple(map(Path, texts))


def _proof(nonce: str, secret: str) -> str:
    return hmac.new(secret.encode(), nonce.encode(), hashlib.sha256).hexdigest()
