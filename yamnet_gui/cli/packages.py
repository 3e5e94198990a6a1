"""`yamnet-gui packages`: large libraries that a bundle does without, added when they are wanted."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from yamnet_gui.core.added_packages import (
    ADDABLE,
    added_packages,
    added_packages_folder,
    how_to_install,
    is_bundle,
    unfinished,
)
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.own_files import check_own_folder
from yamnet_gui.core.packages import installed_version
from yamnet_gui.core.resources import bundled_versions_path
from yamnet_gui.core.text import megabytes, printable

from .exit_status import OK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", nargs="?", choices=("add", "remove"), help="without one, they are listed"
    )
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help=", ".join(ADDABLE))


def run(options: argparse.Namespace) -> int:
    if options.action is None:
        _show()
        return OK
    known = ", ".join(ADDABLE)
    if not options.packages:
        raise SettingsError(f"packages {options.action}", "needs a package", f"name one of {known}")
    for package in options.packages:
        if package not in ADDABLE:
            raise SettingsError(package, "cannot be added", f"those that can: {known}")
        if not is_bundle():
            reason = "is nothing to add here: this program uses the packages of its Python"
            raise SettingsError(package, reason, how_to_install(package))
    for package in options.packages:
        folder = added_packages_folder() / package
        if options.action == "remove":
            _remove(folder)
        else:
            _add(package, folder)
    return OK


def _show() -> None:
    added = {path.name: path for path in added_packages()} if is_bundle() else {}
    for name, purpose in ADDABLE.items():
        version = installed_version(name)
        state = f"{version}, added" if name in added else version or "not installed"
        print(f"{name}: {state}; for {purpose}")
    if added:
        print(f"in {printable(added_packages_folder())}")


def _add(package: str, folder: Path) -> None:
    """Installs a package and all that it needs; it appears in one step. Raises SettingsError."""
    if folder.is_dir() or installed_version(package):
        print(f"{package} is installed already")
        return
    part = unfinished(package)
    try:
        check_own_folder(part)
        shutil.rmtree(part, ignore_errors=True)  # of a run that was interrupted
        part.parent.mkdir(parents=True, exist_ok=True)
        status = _pip(package, part)
        if status != 0:
            reason = f"could not be installed: pip ended with status {status}, for the reason above"
            raise SettingsError(package, reason, "then give the same command again")
        part.rename(folder)
    except OSError as error:
        reason = f"cannot be added in {part.parent} ({error.strerror or error})"
        raise SettingsError(package, reason) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    print(f"added {package}, {megabytes(_size(folder))}, in {printable(folder)}")


def _pip(package: str, folder: Path) -> int:
    """Runs the pip of the bundle, with the versions that it was tried with; its exit status."""
    command = [
        *(sys.executable, "-P", "-m", "pip", "install", "--disable-pip-version-check"),
        *("--no-input", "--no-compile", "--only-binary", ":all:", "--target", str(folder)),
        *("--root-user-action", "ignore"),  # of a folder of the user, whoever that is
        *("--constraint", str(bundled_versions_path()), package),
    ]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        return process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise


def _remove(folder: Path) -> None:
    """Removes a package that was added. Raises SettingsError where it was not, or stays."""
    try:
        check_own_folder(folder)
        if not folder.is_dir():
            raise SettingsError(folder.name, "was not added to this program")
        size = _size(folder)
        part = unfinished(folder.name)  # in one step, so that nothing uses half of it
        shutil.rmtree(part, ignore_errors=True)
        folder.rename(part)
        shutil.rmtree(part)
    except OSError as error:
        reason = f"cannot be removed ({error.strerror or error})"
        raise SettingsError(folder, reason) from error
    print(f"removed {folder.name}, {megabytes(size)}")


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
