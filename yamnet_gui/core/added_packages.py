"""Libraries that some uses need and that are not there: how to get them, also in a bundle.

A bundle is the program with a Python of its own (`docs/decisions/bundles.md`). It has no
environment to install into, so what users add lies in a folder of their own, one folder below it
for each package with all that the package needs. `cli/packages.py` fills it.
"""

import os
import shlex
import sys
from pathlib import Path

EXTRAS = {
    "pyarrow": "parquet",
    "duckdb": "dataset",
    "umap-learn": "umap",
    "usearch": "index",
    "onnx": "onnx",
    "onnxruntime": "onnx",
    "distributed": "cluster",
    "dask-jobqueue": "cluster",
    "s3fs": "storage",
    "gcsfs": "storage",
    "adlfs": "storage",
    "paramiko": "storage",
}
"""Packages that an extra of this program brings, by name: `pip install 'yamnet-gui[EXTRA]'`."""
ADDABLE = {
    "tensorflow": "fine-tuning, GPUs, the reference runtime, models as SavedModel",
    "onnx": "models for ONNX, together with onnxruntime",
    "onnxruntime": "models for ONNX, together with onnx",
    "pyarrow": "Parquet files",
    "duckdb": "datasets, together with pyarrow",
    "umap-learn": "maps by UMAP",
    "s3fs": "recordings at s3://",
    "gcsfs": "recordings at gs://",
    "adlfs": "recordings at az:// and abfs://",
    "paramiko": "recordings at sftp://, together with fsspec",
    "fsspec": "recordings at sftp://, together with paramiko",
}
"""What can be added to a bundle, and what it is for."""
_UNFINISHED = ".part"


def is_bundle() -> bool:
    """Whether this is the program with its own Python, not installed in somebody else's."""
    return bool(getattr(sys, "frozen", False))


def added_packages_folder() -> Path:
    """Where packages are added to a bundle: one place for each version of Python."""
    import platformdirs

    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return Path(platformdirs.user_data_dir("yamnet-gui", appauthor=False)) / "packages" / version


def added_packages() -> list[Path]:
    """The folder of each package that was added, by name; half-finished ones are left out."""
    folder = added_packages_folder()
    return [path for name in sorted(ADDABLE) if (path := folder / name).is_dir()]


def unfinished(package: str) -> Path:
    """Where a package is installed before it appears under its name, in one step."""
    return added_packages_folder() / f"{package}{_UNFINISHED}"


def use_added_packages() -> None:
    """Lets a bundle import what was added to it; what the bundle brings itself goes first."""
    if is_bundle():
        sys.path.extend(map(str, added_packages()))


def how_to_install(*packages: str) -> str:
    """What to do to get packages that are used together, as advice that finishes a sentence."""
    if is_bundle():
        return f"run {program()} packages add {' '.join(packages)}"
    extra = EXTRAS.get(packages[0])
    if extra is not None:
        return f"pip install 'yamnet-gui[{extra}]'"
    return f"install the package {' and '.join(packages)}"


def program() -> str:
    """What to type to start this bundle; an AppImage says where it is itself."""
    path = os.environ.get("APPIMAGE") or sys.executable
    return f'"{path}"' if sys.platform == "win32" else shlex.quote(path)
