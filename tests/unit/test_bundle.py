"""What the bundle is made of, and the files that are made of it."""

import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest

from bundle import archives, build, contents, start
from yamnet_gui import __version__

ROOT = Path(__file__).parents[2]


def test_the_bundle_needs_what_the_program_needs_but_not_tensorflow() -> None:
    wanted = build.requirements()
    assert any(text.startswith("ai-edge-litert") for text in wanted)
    assert any(text.startswith("PySide6") for text in wanted)
    assert not any(text.startswith("tensorflow") for text in wanted)


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("PySide6/Qt/lib/libQt6Core.so.6", False),
        ("PySide6/Qt/lib/libQt6Multimedia.so.6", False),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("PySide6/Qt/lib/libQt6Quick.so.6", True),
        ("libQt6Quick.so.6", True),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", True),
        ("PySide6/Qt/lib/libavcodec.so.61", True),
        ("av.libs/libavcodec-5e6b81c2.so.62.28.102", False),
        ("scipy/special/tests/data.npz", True),
        ("yamnet_gui/_data/resources/front_end.npz", False),
    ],
)
def test_files_are_left_out_by_their_place(path: str, left_out: bool) -> None:
    assert contents.is_left_out(path) is left_out


def test_a_link_to_something_that_is_left_out_is_left_out() -> None:
    quick = ("PySide6/Qt/lib/libQt6Quick.so.6", "/x/libQt6Quick.so.6", "BINARY")
    core = ("PySide6/Qt/lib/libQt6Core.so.6", "/x/libQt6Core.so.6", "BINARY")
    links = [
        ("libOther.so.6", "PySide6/Qt/lib/libQt6Quick.so.6", "SYMLINK"),
        ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK"),
        ("PySide6/Qt/lib/libCore.so", "libQt6Core.so.6", "SYMLINK"),
    ]
    assert contents.kept([quick, core, *links]) == [core, *links[1:]]


def test_the_standard_library_is_whole_but_for_its_windows_and_tests() -> None:
    names = contents.whole_standard_library()
    assert {"cProfile", "xmlrpc.client", "sqlite3", "unittest.mock", "zoneinfo"} <= set(names)
    assert not {"tkinter", "idlelib", "test"} & set(names)


@pytest.mark.skipif(sys.platform != "linux", reason="ELF files")
def test_a_library_that_the_loader_would_refuse_is_recognised(tmp_path: Path) -> None:
    library = next(Path(sysconfig.get_path("platlib")).glob("numpy/_core/_multiarray_umath*.so"))
    assert contents.loads(library)
    content = bytearray(library.read_bytes())
    start_of_headers = int.from_bytes(content[32:40], "little")
    size, count = (int.from_bytes(content[at : at + 2], "little") for at in (54, 56))
    for at in range(start_of_headers, start_of_headers + size * count, size):
        if int.from_bytes(content[at : at + 4], "little") == 1:
            content[at + 8] ^= 1  # the place in the file no longer fits the one in memory
            break
    broken = tmp_path / "broken.so"
    broken.write_bytes(content)
    assert not contents.loads(broken)
    broken.write_bytes(b"no library")
    assert not contents.loads(broken)


@pytest.mark.parametrize(
    ("arguments", "module"),
    [
        (["-P", "-m", "yamnet_gui.yamnet.convert", "a", "b"], "yamnet_gui.yamnet.convert"),
        (["-P", "-m", "pip", "install"], "pip"),
        (["-P", "-m", "http.server"], ""),
        (["-P", "-m", "pipes"], ""),
        (["-P", "-m"], ""),
        (["-m", "yamnet_gui.yamnet.convert"], ""),
        (["analyze", "-P"], ""),
        ([], ""),
    ],
)
def test_the_program_stands_in_for_python_only_for_its_own_processes(
    arguments: list[str], module: str
) -> None:
    assert start.module_to_run(arguments) == module


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder as PyInstaller makes one, with a shell script as the program."""
    folder = tmp_path / "yamnet-gui"
    (folder / "_internal").mkdir(parents=True)
    (folder / "_internal" / "lib.so").write_text("x")
    (folder / "_internal" / "link.so").symlink_to("lib.so")
    (folder / "yamnet-gui").write_text("#!/bin/sh\necho started\n")
    (folder / "yamnet-gui").chmod(0o755)
    return folder


def test_the_archive_holds_the_folder_with_its_links(program: Path, tmp_path: Path) -> None:
    path = archives.tar_archive(program, tmp_path)
    assert path.name.startswith(f"yamnet-gui-{__version__}-linux-")
    with tarfile.open(path) as archive:
        members = {member.name: member for member in archive}
        assert members["yamnet-gui/yamnet-gui"].mode & stat.S_IXUSR
        assert members["yamnet-gui/_internal/link.so"].linkname == "lib.so"
        assert {member.uname for member in members.values()} == {"root"}


@pytest.mark.skipif(shutil.which("mksquashfs") is None, reason="no mksquashfs: squashfs-tools")
def test_an_appimage_is_its_runtime_and_an_image_that_starts(program: Path, tmp_path: Path) -> None:
    runtime, work, out = tmp_path / "runtime", tmp_path / "work", tmp_path / "out"
    runtime.write_bytes(b"R" * 4096)
    work.mkdir()
    out.mkdir()
    path = archives.appimage(program, out, work, runtime)
    assert path.read_bytes()[:4096] == b"R" * 4096
    assert os.access(path, os.X_OK)
    root = tmp_path / "root"
    command = ["unsquashfs", "-q", "-n", "-o", "4096", "-d", str(root), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    assert subprocess.check_output([root / "AppRun"], text=True) == "started\n"
    assert (root / ".DirIcon").read_bytes()[:4] == b"\x89PNG"
    desktop = (root / f"{archives.ID}.desktop").read_text(encoding="utf-8")
    assert f"Icon={archives.ID}\n" in desktop
    assert (root / f"{archives.ID}.svg").is_file()
    assert (root / "usr/share/metainfo" / f"{archives.ID}.appdata.xml").is_file()
