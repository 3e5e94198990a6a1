"""The works that the program runs on, with their licences: installed, or parts of a bundle.

A bundle holds the list that was made when it was built (`bundle/licences.py`), since parts of it
are no Python packages. Everywhere else the metadata of the installed packages say the same.
"""

import csv
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

from .resources import checkout_path, licences_path

TABLE = "parts.json"
"""The list inside the folder of licences; file names in it are relative to that folder."""
_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_CODE = (".py", ".pyc")
_INFO = ".dist-info"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LONGEST_NAME = 60
_FIELDS = ("name", "version", "licence", "url", "note")


@dataclass(frozen=True, slots=True)
class Part:
    """A work with its licence; `files` hold the texts."""

    name: str
    version: str
    licence: str
    url: str = ""
    note: str = ""
    files: tuple[Path, ...] = ()

    def text(self) -> str:
        """Note and licence texts; files that cannot be read are left out."""
        texts = [self.note] if self.note else []
        for path in self.files:
            try:
                texts.append(path.read_text(encoding="utf-8", errors="replace").strip())
            except OSError:
                continue
        return "\n\n――――――――\n\n".join(texts) or "The package comes without a licence text."


def parts() -> tuple[Part, ...]:
    """Everything that the program runs on, by name."""
    folder = licences_path()
    try:
        listed = read_parts(folder)
    except (OSError, ValueError, KeyError, TypeError):
        listed = installed_parts(_requirements())
    return tuple(sorted(listed, key=lambda part: part.name.casefold()))


def read_parts(folder: Path) -> list[Part]:
    """The parts listed in a folder. Raises OSError, ValueError, KeyError and TypeError."""
    rows = json.loads((folder / TABLE).read_text(encoding="utf-8"))
    return [
        Part(**{name: str(row[name]) for name in _FIELDS}, files=_inside(folder, row["files"]))
        for row in rows
    ]


def _inside(folder: Path, names: Iterable[str]) -> tuple[Path, ...]:
    return tuple(folder / name for name in names)


def write_parts(folder: Path, listed: Iterable[Part]) -> None:
    """Copies the texts of parts into a folder, and the list that `read_parts` reads."""
    rows = []
    for part in sorted(listed, key=lambda part: part.name.casefold()):
        own = folder / re.sub(r"[^\w.+-]", "-", f"{part.name}-{part.version}".strip("-"))
        names = []
        for number, path in enumerate(part.files):
            own.mkdir(parents=True, exist_ok=True)
            name = path.name if number == 0 else f"{number}-{path.name}"
            (own / name).write_bytes(path.read_bytes())
            names.append((own / name).relative_to(folder).as_posix())
        rows.append({name: getattr(part, name) for name in _FIELDS} | {"files": names})
    text = json.dumps(rows, indent=1, ensure_ascii=False)
    (folder / TABLE).write_text(text + "\n", encoding="utf-8")


def installed_parts(requirements: Iterable[str]) -> list[Part]:
    """The installed packages among requirements and what those require in turn."""
    found: dict[str, Part] = {}
    waiting = list(requirements)
    while waiting:
        for name in _names([waiting.pop()]):
            key = re.sub(r"[-_.]+", "-", name).lower()
            if key in found:
                continue
            try:
                distribution = metadata.distribution(name)
            except metadata.PackageNotFoundError:
                continue
            found[key] = part_of(distribution)
            waiting += distribution.requires or ()
    return list(found.values())


def part_of(distribution: metadata.Distribution) -> Part:
    """An installed package as its metadata describe it."""
    fields = distribution.metadata
    files = [
        Path(str(distribution.locate_file(file)))
        for file in _metadata_files(distribution)
        if _LICENCE_FILE.match(file.name) and file.suffix not in _CODE
    ]
    return Part(
        name=fields["Name"],
        version=distribution.version,
        licence=_licence(fields),
        url=_home(fields),
        files=tuple(path for path in files if path.is_file()),
    )


def _metadata_files(distribution: metadata.Distribution) -> Iterator[PurePosixPath]:
    """Of its files those that describe it: a large package has twenty thousand others."""
    for row in csv.reader(
        line for line in (distribution.read_text("RECORD") or "").splitlines() if _INFO in line
    ):
        file = PurePosixPath(row[0])
        if _INFO in file.parts[0]:
            yield file


def _requirements() -> list[str]:
    try:
        return metadata.requires("yamnet-gui") or []
    except metadata.PackageNotFoundError:  # a checkout that was not installed
        project = tomllib.loads(checkout_path("pyproject.toml").read_text(encoding="utf-8"))
        return list(project["project"]["dependencies"])


def _names(requirements: Iterable[str]) -> Iterator[str]:
    """Names of what is required without any extra."""
    for text in requirements:
        name = _NAME.match(text)
        if name is not None and "extra ==" not in text:
            yield name[0]


def _licence(fields: Any) -> str:
    """The short name of a licence: the expression, the classifiers, or a short field."""
    expression = fields.get("License-Expression")
    if expression:
        return str(expression)
    prefix = "License :: "
    classified = [
        text.rpartition(" :: ")[2]
        for text in fields.get_all("Classifier") or ()
        if text.startswith(prefix) and text != "License :: OSI Approved"
    ]
    field = str(fields.get("License") or "").strip().splitlines()
    if classified:
        return ", ".join(classified)
    return field[0] if field and len(field[0]) <= _LONGEST_NAME else "see its text"


def _home(fields: Any) -> str:
    links = {
        label.strip().lower(): url.strip()
        for label, _, url in (text.partition(",") for text in fields.get_all("Project-URL") or ())
    }
    for label in ("homepage", "home", "repository", "source", "source code", "documentation"):
        if label in links:
            return links[label]
    return str(fields.get("Home-page") or next(iter(links.values()), ""))
