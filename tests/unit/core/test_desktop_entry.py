"""Menu entry, icons and file types: written for a user, removed without a trace."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core import desktop_entry
from yamnet_gui.core.desktop_entry import (
    DESKTOP_ID,
    data_folder,
    install,
    installed,
    installed_program,
    remove,
)
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.resources import resource_path

from .attacks import ATTACKS, untouched, victim_in

pytestmark = pytest.mark.skipif(os.name != "posix", reason="desktops of Linux")
PROGRAM = Path("/usr/local/bin/yamnet-gui")
ENTRY = f"applications/{DESKTOP_ID}.desktop"


@pytest.fixture(autouse=True)
def no_tools(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The databases of the desktop take a second; one test makes them."""
    if "workflow" not in request.keywords:
        monkeypatch.setattr(desktop_entry.shutil, "which", lambda _name: None)


def names(base: Path) -> list[str]:
    return sorted(p.relative_to(base).as_posix() for p in base.rglob("*"))


def test_everything_is_written_and_removed_again(tmp_path: Path) -> None:
    (tmp_path / "icons" / "hicolor").mkdir(parents=True)
    before = names(tmp_path)
    outcome = install(tmp_path, PROGRAM)
    assert len(outcome.done) == 13
    assert len(outcome.notes) == 2  # tools are missing
    assert installed(tmp_path) == sorted(outcome.done)
    for size in (16, 512):
        assert (tmp_path / f"icons/hicolor/{size}x{size}/apps/{DESKTOP_ID}.png").is_file()
    again = install(tmp_path, Path("/elsewhere/bin/yamnet-gui"))  # a newer version
    assert sorted(again.done) == sorted(outcome.done)
    assert "/elsewhere/" in (tmp_path / ENTRY).read_text(encoding="utf-8")
    gone = remove(tmp_path)
    assert (sorted(gone.done), gone.left) == (sorted(outcome.done), [])
    assert [n for n in names(tmp_path) if n != "yamnet-gui"] == before
    assert remove(tmp_path).done == []


def test_files_of_others_are_neither_replaced_nor_removed(tmp_path: Path) -> None:
    entry = tmp_path / ENTRY
    entry.parent.mkdir()
    entry.write_bytes(b"theirs")
    with pytest.raises(SettingsError, match="not written by this program"):
        install(tmp_path, PROGRAM)
    assert names(tmp_path) == ["applications", ENTRY]  # nothing was begun
    entry.write_bytes(desktop_entry.desktop_files(PROGRAM)[ENTRY])  # the same, by other means
    assert install(tmp_path, PROGRAM).left == [entry]
    remove(tmp_path)
    assert entry.is_file()
    assert names(tmp_path)[:2] == ["applications", ENTRY]


def test_a_file_that_was_changed_stays(tmp_path: Path) -> None:
    install(tmp_path, PROGRAM)
    entry = tmp_path / ENTRY
    entry.write_bytes(entry.read_bytes() + b"X-Mine=1\n")
    with pytest.raises(SettingsError, match="changed since"):
        install(tmp_path, Path("/elsewhere/yamnet-gui"))
    assert remove(tmp_path).left == [entry]
    assert entry.is_file()


@pytest.mark.parametrize("attack", sorted(set(ATTACKS) - {"folder"}))
def test_nothing_is_written_or_removed_through_links(tmp_path: Path, attack: str) -> None:
    base = tmp_path / "base"
    victim = victim_in(tmp_path / "theirs")
    (base / ENTRY).parent.mkdir(parents=True)
    ATTACKS[attack](base / ENTRY, victim)
    with pytest.raises(SettingsError):
        install(base, PROGRAM)
    assert untouched(victim)
    (base / ENTRY).unlink()
    install(base, PROGRAM)
    (base / ENTRY).unlink()
    ATTACKS[attack](base / ENTRY, victim)
    assert remove(base).left == [base / ENTRY]
    assert untouched(victim)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", '{"kind": "another", "files": {}, "folders": []}'),
        '{"kind": "yamnet_gui desktop files 1", "files": [], "folders": []}',
    ],
)
def test_a_list_of_others_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "yamnet-gui" / "desktop.json"
    path.parent.mkdir()
    path.write_text(text)
    for work in (lambda: install(tmp_path, PROGRAM), lambda: remove(tmp_path)):
        with pytest.raises(SettingsError, match=r"desktop\.json"):
            work()
    assert path.read_text() == text


def test_a_list_reaches_nothing_outside_its_folder(tmp_path: Path) -> None:
    victim = victim_in(tmp_path / "theirs")
    base = tmp_path / "base"
    path = base / "yamnet-gui" / "desktop.json"
    path.parent.mkdir(parents=True)
    digest = desktop_entry._sha256(victim.read_bytes())
    names = (f"../theirs/{victim.name}", f"{victim}", "a\\u0000b", "\\ud800")
    files = "{" + ", ".join(f'"{name}": ["{digest}"]' for name in names) + "}"
    path.write_text(
        f'{{"kind": "{desktop_entry._HEAD}", "files": {files},'
        ' "folders": ["..", "/tmp", "a\\u0000b", "\\ud800", 5]}'
    )
    assert remove(base).done == []
    assert untouched(victim)


@pytest.mark.parametrize(
    "name", ["a b", 'quo"te', "per%cent", "dol$lar", "back`tick", "back\\slash", "Brücke", "a=b;c"]
)
def test_the_entry_starts_a_program_of_any_name(tmp_path: Path, name: str) -> None:
    program = tmp_path / name / "yamnet-gui"
    program.parent.mkdir()
    install(tmp_path / "base", program)
    entry = tmp_path / "base" / ENTRY
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(entry, encoding="utf-8")
    line = parser["Desktop Entry"]["Exec"]
    assert line.endswith('" %F')
    assert parser["Desktop Action new-window"]["Exec"].endswith('" --new-window')
    unescaped = line.removesuffix(" %F").replace("\\\\", "\\")[1:-1].replace("%%", "%")
    plain = ""
    signs = iter(unescaped)
    for sign in signs:
        plain += next(signs) if sign == "\\" else sign
    assert plain == str(program)
    if validator := shutil.which("desktop-file-validate"):  # pragma: no branch
        done = subprocess.run([validator, entry], capture_output=True, text=True, check=False)
        assert "error" not in done.stdout


@pytest.mark.parametrize("name", ["line\nbreak", os.fsdecode(b"\xff")])
def test_names_that_no_entry_can_hold_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="no desktop entry can hold"):
        install(tmp_path, Path("/") / name / "yamnet-gui")
    assert names(tmp_path) == []


def test_the_program_is_one_that_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "venv" / "bin" / "yamnet-gui"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    monkeypatch.setattr(sys, "argv", [str(program)])
    with pytest.raises(SettingsError, match="is no installed program"):
        installed_program()
    program.chmod(0o755)
    monkeypatch.setattr(desktop_entry.tempfile, "gettempdir", lambda: str(tmp_path))
    with pytest.raises(SettingsError, match="emptied now and then"):
        installed_program()  # a temporary folder
    monkeypatch.setattr(desktop_entry.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    assert installed_program() == program
    (tmp_path / "venv" / "CACHEDIR.TAG").write_text("")
    with pytest.raises(SettingsError, match="emptied now and then"):
        installed_program()


def test_tools_of_the_system_do_not_load_the_libraries_of_a_bundle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle")
    assert desktop_entry._environment_of_others()["LD_LIBRARY_PATH"] == "/bundle"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert "LD_LIBRARY_PATH" not in desktop_entry._environment_of_others()
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/mine")
    assert desktop_entry._environment_of_others()["LD_LIBRARY_PATH"] == "/mine"


def test_an_appimage_is_started_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = tmp_path / "yamnet_gui.AppImage"
    image.write_text("")
    image.chmod(0o755)
    mounted = tmp_path / "mount" / "usr" / "yamnet-gui"
    mounted.parent.mkdir(parents=True)
    shutil.copy(image, mounted)
    monkeypatch.setattr(desktop_entry.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(mounted))
    monkeypatch.setenv("APPIMAGE", str(image))
    monkeypatch.setenv("APPDIR", str(tmp_path / "mount"))
    assert installed_program() == image
    monkeypatch.setenv("APPDIR", "/another")  # started from a terminal in another AppImage
    assert installed_program() == mounted


def test_the_list_of_types_has_every_sound_that_is_read() -> None:
    """As far as the system's own table of types knows the endings of names."""
    table = Path("/usr/share/mime/globs2")
    if not table.is_file():
        pytest.skip("no shared-mime-info")
    entry = resource_path(f"{DESKTOP_ID}.desktop").read_text(encoding="utf-8")
    line = next(line for line in entry.splitlines() if line.startswith("MimeType="))
    listed = line.removeprefix("MimeType=").split(";")
    missing = set()
    for row in table.read_text(encoding="utf-8").splitlines():
        parts = row.split(":")
        known = len(parts) > 2 and parts[2].removeprefix("*") in SOUND_SUFFIXES
        if known and parts[1].startswith("audio/") and parts[1] not in listed:
            missing.add(parts[1])
    # rare ones whose endings belong to other trades as well
    assert missing <= {"audio/usac", "audio/x-mod", "audio/x-xi"}


@pytest.mark.workflow
@pytest.mark.skipif(
    not (shutil.which("gio") and shutil.which("update-mime-database")), reason="no desktop tools"
)
def test_the_desktop_knows_projects_by_name_and_by_content(tmp_path: Path) -> None:
    base = data_folder()
    install(base, PROGRAM)
    from yamnet_gui.labels.project import Project

    Project.create(tmp_path / "a.yamnet").close()
    shutil.copy(tmp_path / "a.yamnet", tmp_path / "b")
    for name in ("a.yamnet", "b"):
        done = subprocess.run(
            ["gio", "info", "-a", "standard::content-type", tmp_path / name],
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "application/x-yamnet-gui-project" in done.stdout
    remove(base)
