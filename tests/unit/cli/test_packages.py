"""`yamnet-gui packages`, with the real pip and a wheel that the test makes."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from yamnet_gui.cli import packages
from yamnet_gui.core.added_packages import added_packages_folder, unfinished

NAME = "umap-learn"


def _write_wheel(folder: Path, requires: str = "") -> None:
    """A wheel of `NAME` that any pip installs."""
    info = "umap_learn-9.9.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 9.9\n{requires}"
    files = {
        "umap/__init__.py": "added = True\n",
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(folder / "umap_learn-9.9-py3-none-any.whl", "w") as wheel:
        for name, content in (*files.items(), (f"{info}/RECORD", record)):
            wheel.writestr(name, content)


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program believes that it is a bundle, and pip knows this folder alone."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    constraints = tmp_path / "constraints.txt"
    constraints.write_text(f"{NAME}==9.9\nnumpy==1.0\n", encoding="utf-8")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(packages, "bundled_versions_path", lambda: constraints)
    monkeypatch.setattr(packages, "installed_version", lambda _name: "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


def _version_of(folder: Path) -> str:
    code = "import importlib.metadata as m; print(m.version('umap-learn'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.workflow
def test_a_package_is_added_listed_and_removed(run, wheels: Path) -> None:
    _write_wheel(wheels)
    folder = added_packages_folder() / NAME
    unfinished(NAME).mkdir(parents=True)  # of a run that was killed
    (unfinished(NAME) / "half.py").write_text("x")
    status, out, err = run("packages", "add", NAME)
    assert (status, err) == (0, "")
    assert f"added {NAME}, " in out
    assert _version_of(folder) == "9.9"
    assert not unfinished(NAME).exists()
    assert not list(folder.glob("half.py"))
    assert "is installed already" in run("packages", "add", NAME)[1]
    assert f"in {added_packages_folder()}" in run("packages")[1]
    assert run("packages", "remove", NAME)[0] == 0
    assert not folder.exists()
    assert run("packages", "remove", NAME) == (
        2,
        "",
        f"yamnet-gui: {NAME}: was not added to this program\n",
    )


@pytest.mark.workflow
def test_a_package_that_does_not_fit_leaves_nothing(run, wheels: Path) -> None:
    _write_wheel(wheels, "Requires-Dist: numpy>=2\n")  # the bundle has another one
    status, _, err = run("packages", "add", NAME)
    assert status == 2
    assert f"{NAME}: could not be installed: pip ended with status 1" in err
    assert not list(added_packages_folder().iterdir())


def test_a_link_in_the_place_of_a_package_is_left_as_it_is(
    run, wheels: Path, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "file").write_text("x")
    added_packages_folder().mkdir(parents=True)
    for path in (added_packages_folder() / NAME, unfinished(NAME)):
        path.symlink_to(theirs)
    status, _, err = run("packages", "remove", NAME)
    assert status == 2
    assert "a link to another place" in err
    (added_packages_folder() / NAME).unlink()
    status, _, err = run("packages", "add", NAME)
    assert status == 2
    assert "a link to another place" in err
    assert (theirs / "file").read_text() == "x"


def test_an_installed_program_names_what_pip_is_asked_for(run) -> None:
    status, _, err = run("packages", "add", "pyarrow")
    assert status == 2
    assert err.endswith(" — pip install 'yamnet-gui[parquet]'\n")
    assert "packages add: needs a package — name one of tensorflow" in run("packages", "add")[2]
    assert "numpy: cannot be added" in run("packages", "add", "numpy")[2]
    assert "; for fine-tuning, GPUs" in run("packages")[1]
