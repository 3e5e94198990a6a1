"""The files that users download, made of the folder that PyInstaller made."""

import os
import platform
import re
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ID = "org.yamnet_gui.YamnetGui"
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def version() -> str:
    """The version of the program, without importing it."""
    text = (ROOT / "yamnet_gui" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    assert found is not None
    return found[1]


def file_name(system: str, suffix: str) -> str:
    """For example `yamnet-gui-0.1.0-linux-x86_64.tar.gz`."""
    machine = platform.machine().lower()
    return f"yamnet-gui-{version()}-{system}-{_MACHINES.get(machine, machine)}{suffix}"


def tar_archive(folder: Path, out: Path) -> Path:
    """`.tar.gz` of the folder; everything in it belongs to root, in the order of names."""

    def owned_by_root(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = 0
        info.uname = info.gname = "root"
        return info

    path = out / file_name("linux", ".tar.gz")
    with tarfile.open(path, "w:gz", compresslevel=9) as archive:
        archive.add(folder, folder.name, filter=owned_by_root)
    return path


def zip_archive(folder: Path, out: Path) -> Path:
    path = out / file_name("windows", ".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, Path(folder.name) / file.relative_to(folder))
    return path


def appimage(folder: Path, out: Path, work: Path, runtime: Path) -> Path:
    """An AppImage: the runtime, and behind it an image of the file system.

    The runtime mounts the image and starts `AppRun` in it. Raises CalledProcessError; needs
    `mksquashfs` (the package squashfs-tools).
    """
    root = app_folder(folder, work / "AppDir")
    image = work / "image.squashfs"
    image.unlink(missing_ok=True)
    command = ["mksquashfs", root, image, "-root-owned", "-noappend", "-no-progress", "-quiet"]
    subprocess.run([*command, "-comp", "zstd", "-Xcompression-level", "19"], check=True)
    path = out / file_name("linux", ".AppImage")
    with path.open("wb") as file:
        for part in (runtime, image):
            with part.open("rb") as content:
                shutil.copyfileobj(content, file)
    path.chmod(0o755)
    image.unlink()
    return path


def app_folder(folder: Path, root: Path) -> Path:
    """What is in an AppImage: the program, and what desktops and stores look for."""
    shutil.rmtree(root, ignore_errors=True)
    program = root / "usr" / "lib" / "yamnet-gui"
    shutil.copytree(folder, program, symlinks=True, copy_function=os.link)
    (root / "AppRun").symlink_to("usr/lib/yamnet-gui/yamnet-gui")
    resources = ROOT / "resources"
    shutil.copy(resources / f"{ID}.desktop", root)
    shutil.copy(resources / "app_icon" / "yamnet-gui.svg", root / f"{ID}.svg")
    shutil.copy(resources / "app_icon" / "256.png", root / ".DirIcon")
    metadata = root / "usr" / "share" / "metainfo"
    metadata.mkdir(parents=True)
    shutil.copy(resources / f"{ID}.metainfo.xml", metadata / f"{ID}.appdata.xml")
    return root


def set_up_program(folder: Path, out: Path) -> list[Path]:
    """The set-up program for Windows, by Inno Setup; none where that is not installed."""
    compiler = shutil.which("iscc") or r"C:\Program Files (x86)\Inno Setup 6\ISCC.exe"
    if not Path(compiler).is_file():
        print("no set-up program: Inno Setup is not installed")
        return []
    name = file_name("windows", "-setup")
    command = [compiler, "/Qp", f"/DVersion={version()}", f"/DSource={folder}", f"/DName={name}"]
    subprocess.run([*command, f"/O{out}", str(ROOT / "bundle" / "setup.iss")], check=True)
    return [out / f"{name}.exe"]


def disk_image(application: Path, out: Path, work: Path) -> Path:
    """`.dmg` with the application and a link to the folder of applications.

    PyInstaller has signed the application where MACOS_SIGN_IDENTITY is set; the image is signed
    here, and notarised where the secrets for that are there.
    """
    shown = work / "dmg"
    shutil.rmtree(shown, ignore_errors=True)
    shown.mkdir(parents=True)
    shutil.copytree(application, shown / application.name, symlinks=True)
    (shown / "Applications").symlink_to("/Applications")
    path = out / file_name("macos", ".dmg")
    _run("hdiutil", "create", "-volname", "yamnet_gui", "-srcfolder", shown,
         "-format", "ULMO", "-ov", path)  # fmt: skip
    identity = os.environ.get("MACOS_SIGN_IDENTITY")
    if identity:
        _run("codesign", "--sign", identity, "--timestamp", path)
    secrets = [os.environ.get(name, "") for name in ("APPLE_ID", "APPLE_TEAM_ID", "APPLE_PASSWORD")]
    if identity and all(secrets):
        account, team, password = secrets
        _run("xcrun", "notarytool", "submit", path, "--wait", "--apple-id", account,
             "--team-id", team, "--password", password)  # fmt: skip
        _run("xcrun", "stapler", "staple", path)
    return path


def _run(*command: str | Path) -> None:
    subprocess.run([str(word) for word in command], check=True)
