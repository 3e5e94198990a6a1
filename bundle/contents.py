"""What goes into a bundle and what is left out, by rule; used by `yamnet-gui.spec`."""

import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path, PurePath

from yamnet_gui.core.added_packages import ADDABLE

Entry = tuple[str, str, str]
"""PyInstaller's row for a file: its path in the bundle, where it comes from, and its kind."""

_IMPORTED_AS = {"umap-learn": "umap"}
LEFT_OUT_MODULES = (
    *(_IMPORTED_AS.get(name, name) for name in ADDABLE), "keras", "tensorboard", "pynndescent",
    "torch", "jax", "IPython", "matplotlib", "pandas", "cupy", "dask", "pytest", "setuptools",
    "tkinter", "_tkinter", "idlelib", "lib2to3", "test", "turtle", "turtledemo", "ensurepip",
)  # fmt: skip
"""What libraries import where it is there, and the program does without."""

LEFT_OUT_FILES = (
    # Qt: PDF, QML, films, keyboards on screens, devices without a desktop
    "*/qml/*", "*/translations/*", "*libQt6Quick*", "*libQt6Qml*", "*libQt6Pdf*", "*Qt6Quick*.dll",
    "*Qt6Qml*.dll", "*Qt6Pdf*.dll", "*VirtualKeyboard*", "*virtualkeyboard*", "*qpdf.*",
    "*QtQuick*", "*QtQml*", "*QtPdf*", "*opengl32sw.dll",
    "*/platforms/libqeglfs*", "*/platforms/libqlinuxfb*", "*/platforms/libqvnc*",
    "*/platforms/libqvkkhrdisplay*", "*/platforms/libqminimalegl*", "*EglFS*", "*EglFs*",
    "*/egldeviceintegrations/*", "*/plugins/generic/*", "*/plugins/networkinformation/*",
    "*/platformthemes/libqgtk3*", # and with it GTK; the portal asks the desktop instead
    "*/plugins/multimedia/*", "*libQt6FFmpegStub*", "*MultimediaWidgets*",
    "PySide6/Qt/lib/libav*", "PySide6/Qt/lib/libsw*", "libav*.so.??", "libsw*.so.?",
    "PySide6/av*-*.dll", "PySide6/sw*-*.dll",
    # LiteRT: GPUs, whose results differ, and what prepares models for telephones
    "ai_edge_litert/libLiteRtWebGpuAccelerator*", "ai_edge_litert/tools/*",
    "ai_edge_litert/vendors/*", "ai_edge_litert/aot/*",
    "*/tests/*", "*/test_data/*", "sklearn/datasets/data/*", "sklearn/datasets/images/*",
    "pyqtgraph/examples/*", "numba/cuda/*", "*/include/*", "*.pyi", "*.pxd", "*.h", "*.hpp",
    "libmvec.so*",  # of the C library, which is the system's
    "numba/np/ufunc/tbbpool*", # needs a library that is not there
    "*/direct_url.json", "*/RECORD", "*/INSTALLER", "*/REQUESTED",
)  # fmt: skip
"""Patterns of paths in the bundle. QtMultimedia plays through its own back end of the system; its
plug-in for films is not needed (docs/decisions/bundles.md)."""

_NOT_OF_USE = {"test", "tests", "__main__", "site-packages"}
_LEAST_SAVED = 500_000
_ELF_LOAD = 1


def is_left_out(target: str) -> bool:
    """Whether a file, named by its path inside the bundle, is left out."""
    path = PurePath(target).as_posix()
    return any(fnmatchcase(path, pattern) for pattern in LEFT_OUT_FILES)


def whole_standard_library() -> list[str]:
    """Every module of Python's own, since a package that is added later may import any of them."""
    root = Path(os.__file__).parent
    names = []
    for name in sorted(set(sys.stdlib_module_names) - set(LEFT_OUT_MODULES)):
        names.append(name)
        for path in sorted((root / name).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            if not _NOT_OF_USE & set(parts):
                names.append(".".join(part for part in parts if part != "__init__"))
    return list(dict.fromkeys(names))


def extension_modules() -> list[str]:
    """Compiled modules of what the program requires, where PyInstaller has no rule for a package.

    What they import is not to be seen, such as `openTSNE._matrix_mul` by `openTSNE._tsne`.
    """
    names = []
    for requirement in metadata.requires("yamnet-gui") or ():
        found = re.match(r"[\w.-]+", requirement)
        try:
            files = metadata.distribution(found[0]).files if found else ()
        except metadata.PackageNotFoundError:  # not in a bundle
            continue
        for file in files or ():
            suffix = next((s for s in EXTENSION_SUFFIXES if file.name.endswith(s)), "")
            name = file.as_posix().removesuffix(suffix)
            is_module = suffix and name.replace("/", "_").isidentifier() and "/lib" not in name
            if is_module and not _NOT_OF_USE & set(file.parts) and not _has_rule(file.parts[0]):
                names.append(name.replace("/", "."))
    return list(dict.fromkeys(names))


def _has_rule(package: str) -> bool:
    import _pyinstaller_hooks_contrib
    import PyInstaller

    folders = (
        Path(PyInstaller.__file__).parent / "hooks",
        Path(_pyinstaller_hooks_contrib.__file__).parent / "stdhooks",
    )
    return any((folder / f"hook-{package}.py").is_file() for folder in folders)


def kept(entries: Iterable[Entry]) -> list[Entry]:
    """Rows without what is left out, and without links to it."""
    left = [entry for entry in entries if not is_left_out(entry[0])]
    targets = {PurePath(entry[0]).as_posix() for entry in left}

    def leads_somewhere(entry: Entry) -> bool:
        target, source, kind = entry
        place = os.path.normpath(PurePath(target).parent / source)
        return kind != "SYMLINK" or PurePath(place).as_posix() in targets

    return [entry for entry in left if leads_somewhere(entry)]


def needed(binaries: Iterable[Entry]) -> list[Entry]:
    """Rows without libraries of the system that nothing else in the bundle asks for.

    PyInstaller adds them for everything that it has seen, also for what is left out.
    """
    from PyInstaller.depend.bindepend import get_imports

    rows = list(binaries)
    prefixes = (os.path.realpath(sys.prefix), os.path.realpath(sys.base_prefix))
    foreign: dict[str, Entry] = {
        PurePath(entry[0]).name: entry
        for entry in rows
        if sys.platform == "linux"
        and entry[2] != "SYMLINK"
        and not os.path.realpath(entry[1]).startswith(prefixes)
    }
    own = [entry for entry in rows if entry[2] != "SYMLINK" and entry not in foreign.values()]
    waiting = [entry[1] for entry in own]
    wanted: set[str] = set()
    while waiting:
        for name, _path in get_imports(waiting.pop()):
            base = PurePath(name).name
            if base in foreign and base not in wanted:
                wanted.add(base)
                waiting.append(foreign[base][1])
    unwanted = [entry for name, entry in foreign.items() if name not in wanted]
    return [entry for entry in rows if entry not in unwanted]


def bundled_packages(entries: Iterable[Entry]) -> list[metadata.Distribution]:
    """Installed packages of which something is in the bundle, where modules lie compiled."""
    targets = {PurePath(entry[0]).as_posix() for entry in entries}

    def is_bundled(file: metadata.PackagePath) -> bool:
        name = file.as_posix()
        return name in targets or (name.endswith(".py") and f"{name}c" in targets)

    return [
        package
        for package in metadata.distributions()
        if any(is_bundled(file) for file in package.files or ())
    ]


def metadata_rows(packages: Iterable[metadata.Distribution]) -> list[Entry]:
    """`METADATA` of packages, since versions are asked for by name."""
    return [
        (file.as_posix(), str(file.locate()), "DATA")
        for package in packages
        for file in package.files or ()
        if file.name == "METADATA" and len(file.parts) == 2
    ]


def stripped(entries: Iterable[Entry], folder: Path) -> list[Entry]:
    """Rows in which large libraries are copies in `folder` without what only debuggers read.

    Stripping breaks some of the libraries that wheels bring, whose parts were moved before: a copy
    that the loader would refuse is not used.
    """
    if sys.platform != "linux" or shutil.which("strip") is None:
        return list(entries)
    folder.mkdir(parents=True, exist_ok=True)
    return [_stripped(entry, folder) for entry in entries]


def _stripped(entry: Entry, folder: Path) -> Entry:
    target, source, kind = entry
    size = 0 if kind == "SYMLINK" else Path(source).stat().st_size
    if size < 2 * _LEAST_SAVED:
        return entry
    copy = folder / target.replace("/", "-")
    shutil.copy(source, copy)
    done = subprocess.run(["strip", "--strip-unneeded", copy], capture_output=True, check=False)
    saved = size - copy.stat().st_size
    if done.returncode == 0 and saved >= _LEAST_SAVED and loads(copy):
        return (target, str(copy), kind)
    copy.unlink()
    return entry


def loads(path: Path) -> bool:
    """Whether parts of a 64-bit ELF file lie where the loader can map them (`man elf`, PT_LOAD)."""
    content = path.read_bytes()
    if content[:5] != b"\x7fELF\x02":
        return False
    (start,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    for number in range(count):
        kind, _flags, offset, address, _physical, _in_file, _in_memory, align = struct.unpack_from(
            "<IIQQQQQQ", content, start + number * size
        )
        if kind == _ELF_LOAD and align > 1 and (offset - address) % align:
            return False
    return True
