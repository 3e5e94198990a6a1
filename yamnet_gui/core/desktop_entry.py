"""Entry, icons and file types of this program on a Linux desktop, for a user without root.

What was written is on a list with checksums, so that only that is replaced and removed: a file of
somebody else, or one that was changed since, stays.
"""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from .added_packages import is_bundle
from .errors import SettingsError
from .files import is_file, replacing
from .json_text import parse_json
from .own_files import check_own
from .resources import resource_path
from .text import encodable, printable

DESKTOP_ID = "org.yamnet_gui.YamnetGui"
ICON_SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
_HEAD = "yamnet_gui desktop files 1"
_TOOLS_S = 60


@dataclass(slots=True)
class Outcome:
    """What was written or removed, and what stays because it is not ours."""

    done: list[Path] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def desktop_files(program: Path) -> dict[str, bytes]:
    """What belongs into the folder of data, by relative path; the entry starts `program`.

    Raises SettingsError where no entry can name this program.
    """
    files = {
        f"applications/{DESKTOP_ID}.desktop": _entry(program),
        f"metainfo/{DESKTOP_ID}.metainfo.xml": _read(f"{DESKTOP_ID}.metainfo.xml"),
        f"mime/packages/{DESKTOP_ID}.xml": _read(f"{DESKTOP_ID}.xml"),
        f"icons/hicolor/scalable/apps/{DESKTOP_ID}.svg": _read("app_icon", "yamnet-gui.svg"),
    }
    for size in ICON_SIZES:
        name = f"icons/hicolor/{size}x{size}/apps/{DESKTOP_ID}.png"
        files[name] = _read("app_icon", f"{size}.png")
    return files


def installed_program() -> Path:
    """The file that starts this program, also tomorrow.

    Raises SettingsError where it runs from a folder that is emptied, or is not installed.
    """
    image = os.environ.get("APPIMAGE", "")
    inside = Path(sys.executable).is_relative_to(os.environ.get("APPDIR", "") or "/none")
    if is_bundle():
        program = Path(image) if image and inside else Path(sys.executable)
    else:
        program = Path(sys.argv[0]).absolute()
        if not program.stem.startswith("yamnet-gui"):  # python -m yamnet_gui
            program = Path(sys.executable).with_name("yamnet-gui")
    if not is_file(program) or not os.access(program, os.X_OK):
        raise SettingsError(program, "is no installed program", "install yamnet-gui with pip first")
    if _is_passing(program):
        raise SettingsError(
            program,
            "lies in a folder that is emptied now and then",
            "install it first: `uv tool install yamnet-gui`, `pipx install yamnet-gui` or pip",
        )
    return program


def install(base: Path, program: Path) -> Outcome:
    """Writes the files into a folder of data, such as ~/.local/share.

    Raises SettingsError, before anything is written, where one of them is somebody else's, and
    OSError.
    """
    files = desktop_files(program)
    listed = _List(base)
    outcome = Outcome()
    wanted = {}
    for name, content in files.items():
        path = base / name
        if not os.path.lexists(path) or listed.is_ours(name):
            wanted[name] = content
        elif _content(path) == content:  # of a package of the system, or by hand
            outcome.left.append(path)
        else:
            reason = "was not written by this program, or was changed since"
            raise SettingsError(path, reason, "move it away and try again")
    # first both versions count as ours, so that a kill in between leaves none that is nobody's
    listed.add({name: _sha256(content) for name, content in wanted.items()})
    for name, content in wanted.items():
        path = base / name
        listed.make_folder(path.parent)
        with replacing(path) as beside:
            beside.write_bytes(content)
        outcome.done.append(path)
    listed.keep({name: _sha256(content) for name, content in wanted.items()})
    outcome.notes += _tell_the_desktop(base)
    return outcome


def remove(base: Path) -> Outcome:
    """Removes what `install` wrote, and folders that it made and that are empty. Raises OSError."""
    listed = _List(base)
    outcome = Outcome()
    for name in listed.names:
        path = base / name
        if listed.is_ours(name):
            path.unlink()
            outcome.done.append(path)
        elif os.path.lexists(path):
            outcome.left.append(path)
    if outcome.done:
        outcome.notes += _tell_the_desktop(base)
    listed.remove()
    return outcome


def installed(base: Path) -> list[Path]:
    """What `install` wrote and nobody has changed."""
    listed = _List(base)
    return [base / name for name in listed.names if listed.is_ours(name)]


def data_folder() -> Path:
    """Where a user's own desktop files are: XDG_DATA_HOME, or ~/.local/share."""
    return platformdirs.user_data_path()


class _List:
    """Names with the checksums of what was written there, and the folders that were made."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._path = base / "yamnet-gui" / "desktop.json"
        self._sums: dict[str, list[str]] = {}
        self._folders: list[str] = []
        self._read()

    @property
    def names(self) -> list[str]:
        return sorted(self._sums)

    def is_ours(self, name: str) -> bool:
        """Whether there is a file and it is as it was written."""
        content = _content(self._base / name)
        return content is not None and _sha256(content) in self._sums.get(name, ())

    def add(self, sums: Mapping[str, str]) -> None:
        """These are ours from now on, too."""
        for name, text in sums.items():
            self._sums[name] = [*self._sums.get(name, ()), text]
        self._write()

    def keep(self, sums: Mapping[str, str]) -> None:
        """Of these names only these."""
        self._sums |= {name: [text] for name, text in sums.items()}
        self._write()

    def make_folder(self, folder: Path) -> None:
        """Makes it with those above it, and notes which are new."""
        missing = [f for f in (folder, *folder.parents) if not f.is_dir()]
        folder.mkdir(parents=True, exist_ok=True)
        new = [f.relative_to(self._base).as_posix() for f in missing if f != self._base]
        new = [name for name in new if name not in self._folders]
        if new:
            self._folders += new
            self._write()

    def remove(self) -> None:
        """Removes the list, and the folders as far as they are empty."""
        self._path.unlink(missing_ok=True)
        for name in sorted(self._folders, key=len, reverse=True):
            try:
                (self._base / name).rmdir()
            except OSError:  # not empty, or gone
                continue

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        document = {"kind": _HEAD, "files": self._sums, "folders": self._folders}
        with replacing(self._path) as beside:
            beside.write_text(json.dumps(document, indent=1), encoding="ascii")

    def _read(self) -> None:
        try:
            check_own([self._path])
            document = parse_json(self._path.read_bytes())
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            raise SettingsError(self._path, f"cannot be read ({error})", "move it away") from error
        match document:
            case {"kind": kind, "files": {**files}, "folders": [*folders]} if kind == _HEAD:
                self._sums = dict(_sums_of(files))
                self._folders = [f for f in folders if isinstance(f, str) and _is_below(f)]
            case _:
                reason = "is not a list of this program"
                raise SettingsError(self._path, reason, "move it away and try again")


def _sums_of(files: Mapping[object, object]) -> Iterator[tuple[str, list[str]]]:
    for name, sums in files.items():
        if isinstance(name, str) and _is_below(name) and isinstance(sums, list):
            yield name, [text for text in sums if isinstance(text, str)]


def _is_below(name: str) -> bool:
    if "\0" in name or name != encodable(name):  # nothing can have such a name
        return False
    path = Path(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _read(*parts: str) -> bytes:
    return resource_path(*parts).read_bytes()


def _content(path: Path) -> bytes | None:
    """None where there is no regular file, or it cannot be read."""
    try:
        return path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else None
    except OSError:
        return None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _is_passing(program: Path) -> bool:
    """Whether it is in a cache (of uv or pipx), or among temporary files."""
    places = (Path(tempfile.gettempdir()), platformdirs.user_cache_path())
    real = Path(os.path.realpath(program))
    return any(
        path.is_relative_to(place.absolute()) for path in (program, real) for place in places
    ) or any(above.name == ".cache" or is_file(above / "CACHEDIR.TAG") for above in real.parents)


def _entry(program: Path) -> bytes:
    """The desktop entry with the full path of the program."""
    name = os.fspath(program)
    if not name.isprintable() or name != printable(name):
        raise SettingsError(
            printable(program), "has a name that no desktop entry can hold", "install it elsewhere"
        )
    lines = []
    for line in _read(f"{DESKTOP_ID}.desktop").decode().splitlines():
        key, _, value = line.partition("=")
        if key != "Exec":
            lines.append(line)
            continue
        lines.append(f"Exec={_quoted(name)}{value.removeprefix('yamnet-gui')}")
        if not any(line.startswith("TryExec=") for line in lines):
            lines.append(f"TryExec={_escaped(name)}")
    return "".join(f"{line}\n" for line in lines).encode()


def _quoted(name: str) -> str:
    """An argument of Exec (https://specifications.freedesktop.org/desktop-entry-spec)."""
    for sign in '\\"`$':
        name = name.replace(sign, f"\\{sign}")
    return _escaped(f'"{name}"'.replace("%", "%%"))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")


def _tell_the_desktop(base: Path) -> list[str]:
    """Lets the desktop read its folders anew; notes on tools that are missing."""
    notes = []
    for tool, folder in (
        ("update-mime-database", base / "mime"),
        ("update-desktop-database", base / "applications"),
    ):
        found = shutil.which(tool)
        if found is None:
            notes.append(f"{tool} is not installed: file types are known after the next login")
        elif folder.is_dir():
            try:
                subprocess.run(
                    [found, folder],
                    check=True,
                    timeout=_TOOLS_S,
                    capture_output=True,
                    env=_environment_of_others(),
                )
            except (OSError, subprocess.SubprocessError) as error:
                notes.append(f"{tool} failed: {error}")
    icons = base / "icons" / "hicolor"
    if icons.is_dir():
        os.utime(icons)  # so that desktops look for icons again
    return notes


def _environment_of_others() -> dict[str, str]:
    """The environment for programs of the system, which must not load the libraries of a bundle."""
    env = dict(os.environ)
    if is_bundle():
        env.pop("LD_LIBRARY_PATH", None)
        before = env.pop("LD_LIBRARY_PATH_ORIG", "")  # so called by PyInstaller
        if before:
            env["LD_LIBRARY_PATH"] = before
    return env
