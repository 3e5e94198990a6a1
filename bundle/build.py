"""Makes the program that needs no Python beside it, for the system that this runs on.

    python -m bundle.build --out dist/bundle

Linux: a folder, `.tar.gz` of it, and an AppImage where `--appimage-runtime` names the file that
every AppImage begins with. Windows: a folder, `.zip`, and a set-up program where Inno Setup is
installed. macOS: an application and a `.dmg`; signed where MACOS_SIGN_IDENTITY names a certificate
of the key chain, notarised where APPLE_ID, APPLE_TEAM_ID and APPLE_PASSWORD are set as well.
`python -m bundle.smoke` tries what comes out. docs/decisions/bundles.md says why it is like this.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

from .archives import appimage, disk_image, set_up_program, tar_archive, zip_archive

ROOT = Path(__file__).resolve().parents[1]
NOT_BUNDLED = ("tensorflow",)
"""Dependencies that a bundle does without; `yamnet-gui packages add` brings them."""
EXTRAS = ("index",)
TOOLS = ("pyinstaller>=6.22", "pip")
LARGEST_UNPACKED_MB, LARGEST_ARCHIVE_MB = 700, 260


def main() -> int:
    options = _options()
    out, work = options.out.resolve(), options.out.resolve() / "work"
    work.mkdir(parents=True, exist_ok=True)
    environment = (options.environment or work / "environment").resolve()
    python = _environment(environment)
    wheel = _wheel(work / "wheel", python)
    _install(python, wheel)
    folder = _frozen(python, out, work)
    made = [] if options.folder_only else _packed(folder, out, work, options)
    return _report(folder, made, out)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "bundle")
    parser.add_argument("--environment", type=Path, help="use and update this virtual environment")
    parser.add_argument("--appimage-runtime", type=Path, help="of AppImage/type2-runtime")
    parser.add_argument("--folder-only", action="store_true", help="pack nothing")
    return parser.parse_args()


def _run(*command: str | Path, **more: object) -> None:
    print("+", *command, flush=True)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    subprocess.run([str(word) for word in command], check=True, env=environment, **more)


def _environment(folder: Path) -> Path:
    """The Python of the virtual environment, which is made where there is none."""
    if not (folder / "pyvenv.cfg").is_file():
        venv.create(folder, with_pip=True)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def requirements() -> list[str]:
    """What the bundle's program needs: the project's dependencies and extras, without the large."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in EXTRAS:
        wanted += project["optional-dependencies"][extra]
    return [text for text in wanted if not text.startswith(NOT_BUNDLED)]


def _wheel(folder: Path, python: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    _run(python, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", folder, ROOT)
    return next(folder.glob("yamnet_gui-*.whl"))


def _install(python: Path, wheel: Path) -> None:
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    _run(*pip, "--upgrade", "-c", ROOT / "constraints.txt", *TOOLS, *requirements())
    _run(*pip, "--no-deps", "--force-reinstall", wheel)


def _frozen(python: Path, out: Path, work: Path) -> Path:
    """Runs PyInstaller; the folder, or on macOS the application, that comes out."""
    _run(
        *(python, "-P", "-m", "PyInstaller", "--noconfirm"),
        *("--distpath", out, "--workpath", work / "pyinstaller"),
        ROOT / "bundle" / "yamnet-gui.spec",
    )
    folder = out / ("yamnet_gui.app" if sys.platform == "darwin" else "yamnet-gui")
    if sys.platform != "darwin":
        shutil.copy(ROOT / "bundle" / "READ ME.txt", folder)
        shutil.copy(ROOT / "LICENSE", folder / "LICENSE.txt")
    return folder


def _packed(folder: Path, out: Path, work: Path, options: argparse.Namespace) -> list[Path]:
    if sys.platform == "win32":
        return [zip_archive(folder, out), *set_up_program(folder, out)]
    if sys.platform == "darwin":
        return [disk_image(folder, out, work)]
    made = [tar_archive(folder, out)]
    if options.appimage_runtime is None:
        print("no AppImage: --appimage-runtime names no file")
    else:
        made.append(appimage(folder, out, work, options.appimage_runtime.resolve()))
    return made


def size_mb(path: Path) -> float:
    """Of a file or of everything in a folder, links not followed."""
    files = [path] if path.is_file() else [p for p in path.rglob("*") if not p.is_symlink()]
    return sum(file.lstat().st_size for file in files if file.is_file()) / 1e6


def _report(folder: Path, made: list[Path], out: Path) -> int:
    """Prints the sizes, and says whether one is above its limit."""
    sizes = {path.name: round(size_mb(path), 1) for path in (folder, *made)}
    (out / "sizes.json").write_text(json.dumps(sizes, indent=1) + "\n", encoding="utf-8")
    status = 0
    for path, size in zip((folder, *made), sizes.values(), strict=True):
        limit = LARGEST_UNPACKED_MB if path == folder else LARGEST_ARCHIVE_MB
        print(f"{path.name}: {size} MB, at most {limit}")
        status |= size > limit
    return status


if __name__ == "__main__":
    sys.exit(main())
