"""The repository as a whole: what it promises in words holds, and nothing strays into it."""

import argparse
import csv
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from yamnet_gui.app import parse
from yamnet_gui.cli.main import COMMANDS, CliCommand
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.log import log_path
from yamnet_gui.core.resources import bundled_class_map, class_map_path, resource_path
from yamnet_gui.detection import load_rules
from yamnet_gui.gui.state.settings import default_settings_path
from yamnet_gui.labels.project.paths import personal_project_path
from yamnet_gui.yamnet.weights import FILE_NAME, weights_folder

from .key_table import GUIDE, key_table, written_table

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GENERATED = ("commands.md", "python.md")
"""Pages that are made when the documentation is built, which checks links to them itself."""
LARGEST_FILE = 4 * 2**20
# Spelled so that this file does not hold what it forbids.
FORBIDDEN = re.compile(
    "|".join(
        [
            r"(?<![\w.])/(?:ho" + r"me|Us" + r"ers|ro" + r"ot|wo" + r"rk)/[\w.-]+/",
            r"/op" + r"t/(?!homebrew)[\w.-]+",
            r"[A-Z]:\\\\?Us" + r"ers\\",
            r"py" + r"pi\.(?:org|python)",
            r"python" + r"hosted\.org",
            r"arti" + r"factory|index-" + r"url|\bne" + r"xus\.",
        ]
    ),
    re.IGNORECASE,
)


def tracked() -> list[Path]:
    """Every file of the repository; skips where this is no checkout."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def commands(text: str) -> list[str]:
    """Lines of the shell blocks of a page, without their comments."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [" ".join(shlex.split(line, comments=True)) for line in lines if line.strip()]


def anchor(heading: str) -> str:
    """The name that a heading gets as the target of a link."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_the_class_map_has_all_classes_of_the_network() -> None:
    classes = rows(class_map_path())
    assert list(classes[0]) == ["index", "mid", "display_name"]
    assert [int(row["index"]) for row in classes] == list(range(521))
    assert len({row["mid"] for row in classes}) == 521
    assert len({row["display_name"] for row in classes}) == 521


def test_class_map_and_ontology_agree() -> None:
    ontology = {row["mid"]: row for row in rows(resource_path("audioset_ontology.csv"))}
    for row in rows(class_map_path()):
        node = ontology.get(row["mid"])
        if node is not None:
            assert node["display_name"] == row["display_name"]
            assert node["yamnet_index"] == row["index"]
    parents = {p for row in ontology.values() for p in row["parent_mids"].split() if p}
    assert parents <= set(ontology)


def test_no_file_is_large() -> None:
    large = {p.name: p.stat().st_size for p in tracked() if p.stat().st_size > LARGEST_FILE}
    assert not large


def test_no_weights_are_in_the_repository() -> None:
    assert not [p for p in tracked() if p.suffix in (".h5", ".hdf5", ".tflite", ".pb", ".keras")]


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    found = {}
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data[:8192]:
            hit = FORBIDDEN.search(data.decode("utf-8", errors="replace"))
            if hit:
                found[path.relative_to(ROOT).as_posix()] = hit.group()
    assert not found


@pytest.mark.parametrize(
    "promised", ["pip install . && yamnet-gui demo", "pip install .[test] && pytest"]
)
def test_the_readme_begins_with_two_commands(promised: str) -> None:
    assert promised in commands(README.read_text(encoding="utf-8"))[:2]


def test_the_readme_names_the_packages_that_the_checks_install() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    names = re.search(r'packages="(.*?)"', script, re.DOTALL)
    assert names is not None
    text = README.read_text(encoding="utf-8")
    assert [name for name in names[1].split() if name not in text] == []


def test_every_command_of_the_readme_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    shown = [c.split("yamnet-gui", 1)[1] for c in _own_lines()]
    assert len(shown) > 15
    seen = set()
    for line in shown:
        words = shlex.split(line)
        if words and words[0] in COMMANDS:
            seen.add(words[0])
            parser = argparse.ArgumentParser()
            command: CliCommand = COMMANDS[words[0]]
            command.add_arguments(parser)
            parser.parse_args(words[1:])
        else:
            parse(words)
    assert seen == set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_of_the_code_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"[\w./-]+/[\w-]+\.py\b", page.read_text(encoding="utf-8")))
    places = (ROOT, ROOT / "yamnet_gui")
    missing = [n for n in named if not any((place / n).is_file() for place in places)]
    assert [n for n in missing if "NAME" not in n] == []


@pytest.mark.skipif(sys.platform != "linux", reason="the README names the folders of Linux")
def test_the_readme_names_the_folders_that_are_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [n for n in os.environ if n.startswith(("XDG_", "YAMNET_GUI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    used = [
        weights_folder() / FILE_NAME,
        personal_project_path(),
        user_cache_folder(),
        default_settings_path(),
        log_path(),
    ]
    text = README.read_text(encoding="utf-8")
    shown = [f"~/{path.relative_to(tmp_path).as_posix()}" for path in used]
    assert [name for name in shown if f"`{name}" not in text] == []


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "tasks").glob("*.md")), ids=lambda p: p.stem
)
def test_every_command_of_a_task_is_understood(page: Path) -> None:
    shown = _own_lines(page)
    assert shown
    for line in shown:
        words = shlex.split(line.removeprefix("yamnet-gui"))
        parser = argparse.ArgumentParser()
        COMMANDS[words[0]].add_arguments(parser)
        parser.parse_args(words[1:])


def _own_lines(page: Path = README) -> list[str]:
    blocks = re.findall(
        r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    lines = [line.partition(" #")[0].strip() for line in "".join(blocks).splitlines()]
    return [line for line in lines if line.startswith("yamnet-gui")]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_inside_the_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target) or target in GENERATED:
            continue
        name, _, fragment = unquote(target).partition("#")
        file = (page.parent / name) if name else page
        if not file.exists():
            broken.append(target)
        elif fragment:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            if fragment not in map(anchor, headings):
                broken.append(target)
    assert not broken


def test_the_rules_in_the_guide_can_be_used(tmp_path: Path) -> None:
    found = re.search(r"^```json\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.M | re.S)
    assert found is not None
    file = tmp_path / "rules.json"
    file.write_text(found[1], encoding="utf-8")
    rules = load_rules(file)
    owl, rain = (bundled_class_map().find(name) for name in ("Owl", "Rain"))
    assert owl is not None
    assert rain is not None
    assert (rules.resolved(owl.index).on, rules.resolved(owl.index).off) == (0.15, 0.1)
    assert not rules.resolved(rain.index).enabled


def test_the_guide_has_every_key_of_the_window() -> None:
    advice = "write it again: python -m tests.unit.key_table"
    assert written_table(GUIDE.read_text(encoding="utf-8")) == key_table(), advice


def test_every_promise_names_tests_that_exist() -> None:
    page = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[^`:]+)::(\w+)`", page)
    assert len(named) > 20
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).is_file()
        or f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_every_promise_has_its_test() -> None:
    page = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and "held by" not in line]
    assert [row for row in rows if "tests/" not in row] == []


def test_the_exact_versions_are_of_everything_that_the_program_needs() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    exact = dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for one in map(Requirement, wanted):
        name = canonicalize_name(one.name)
        if name != "yamnet-gui":
            assert one.specifier.contains(exact[name]), one
