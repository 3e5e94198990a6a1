"""Collects the licences of everything that a bundle holds, into a folder inside it."""

import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from yamnet_gui.core.licences import Part, part_of, write_parts

HERE = Path(__file__).resolve().parent
NOTICES = HERE / "notices"
LGPL = ("LGPL-3", "GPL-3")
TEXTS = {
    "PySide6": LGPL, "PySide6_Essentials": LGPL, "PySide6_Addons": LGPL, "shiboken6": LGPL,
    "flatbuffers": ("Apache-2.0",),
}  # fmt: skip
"""Texts of packages that come without one; the metadata name these licences."""


def collect(
    packages: Iterable[metadata.Distribution], binaries: Iterable[str], folder: Path
) -> list[Part]:
    """Writes the licences of bundled packages, and of libraries of the system, into `folder`.

    `binaries` are named by where they come from. Raises ValueError where a package has neither a
    licence text nor one in `TEXTS`.
    """
    described = [*packages, metadata.distribution("pyinstaller")]  # whose loader starts the program
    versions = {package.metadata["Name"]: package.version for package in described}
    listed = [_with_text(part_of(package)) for package in described if not _is_ours(package)]
    listed += [*_noticed(versions), _python(), *_of_the_system(binaries)]
    write_parts(folder, listed)
    return listed


def _is_ours(package: metadata.Distribution) -> bool:
    return package.metadata["Name"].replace("_", "-") == "yamnet-gui"


def _with_text(part: Part) -> Part:
    if part.files:
        return part
    if part.name not in TEXTS:
        raise ValueError(f"{part.name} has no licence text: add one to {__file__}")
    files = tuple(NOTICES / name for name in TEXTS[part.name])
    return Part(part.name, part.version, part.licence, part.url, part.note, files)


def _noticed(versions: dict[str, str]) -> Iterator[Part]:
    """The parts of `notices/parts.toml` whose package is there."""
    table = tomllib.loads((NOTICES / "parts.toml").read_text(encoding="utf-8"))
    known = {name.lower().replace("_", "-"): version for name, version in versions.items()}
    for row in table["part"]:
        package = row["from"].lower().replace("_", "-")
        if package in known:
            yield Part(
                name=row["name"],
                version=row.get("version", known[package]),
                licence=row["licence"],
                url=row.get("url", ""),
                note=" ".join(row.get("note", "").split()),
                files=tuple(NOTICES / name for name in row.get("texts", ())),
            )


def _python() -> Part:
    """The Python that runs in the bundle, with the libraries that it is built with."""
    version = ".".join(map(str, sys.version_info[:3]))
    base = Path(sys.base_prefix)
    tried = (
        base / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "LICENSE.txt",
        base / "LICENSE.txt",
        *base.rglob("LICENSE.txt"),
    )
    text = next((path for path in tried if path.is_file()), None)
    if text is None:
        raise ValueError(f"no licence of Python below {base}")
    return Part("Python", version, "PSF-2.0", "https://www.python.org", files=(text,))


def _of_the_system(binaries: Iterable[str]) -> Iterator[Part]:
    """Libraries that come from packages of Debian or Ubuntu, with what those say about licences."""
    if sys.platform != "linux":
        return
    real = {Path(file).resolve() for file in binaries}
    foreign = {path for path in real if path.is_relative_to("/usr/lib")}
    for owner in sorted({_owner(path) for path in foreign} - {""}):
        about = Path("/usr/share/doc", owner, "copyright")
        note = "From a package of Debian or Ubuntu, whose source those offer."
        files = (about,) if about.is_file() else ()
        yield Part(owner, _version(owner), "see its text", note=note, files=files)


def _owner(path: Path) -> str:
    """The package that a file of the system belongs to, "" where it belongs to none."""
    for name in (path, Path("/", *path.parts[2:])):  # /lib may be a link to /usr/lib
        command = ["dpkg-query", "-S", str(name)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    return ""


def _version(package: str) -> str:
    command = ["dpkg-query", "-W", "-f", "${Version}", package]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
