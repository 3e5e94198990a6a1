"""No option of any command, and none that is added, writes over what the same command reads."""

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.core.attacks import ATTACKS, untouched, victim_in
from yamnet_gui.cli.main import COMMANDS

Run = Callable[..., tuple[int, str, str]]

READ = {
    "activity": {"project"},
    "agreement": {"project", "other"},
    "analyze": {"paths", "--rules", "--classifier", "--weights", "--model"},
    "dataset": {"folder", "--like", "--weights", "--model"},
    "embed": {"paths", "--rules", "--classifier", "--weights", "--model"},
    "estimate": {"project", "--rules", "--weights", "--model"},
    "evaluate": {
        "reference",
        "estimated",
        "--project",
        "--recordings",
        "--rules",
        "--weights",
        "--model",
    },
    "export": {"source"},
    "finetune": {"data", "--weights", "--recordings-in"},
    "import": {"tables", "--recordings-in"},
    "rerun": {"provenance", "--recordings", "--source", "--weights", "--model"},
    "weights": {"file"},
    "models": {"file", "model"},
    "cache": set(),
    "packages": set(),
    "desktop": set(),
}
WRITTEN = {
    "activity": {"--output"},
    "agreement": {"--output", "--json"},
    "analyze": {"--output", "--scores", "--embeddings", "--provenance", "--dataset"},
    "dataset": {"--into", "--beside"},
    "embed": {"--output"},
    "estimate": {"--json"},
    "evaluate": {"--json", "--mismatches", "--rules-out"},
    "export": {"--output", "--clips", "--report", "--provenance"},
    "finetune": {"--output", "--json", "--card"},
    "import": {"--project"},
    "rerun": {"--output"},
    "weights": set(),  # the folder of the user's data alone
    "models": {"--output"},
    "cache": set(),
    "packages": set(),  # the folder of the user's data alone
    "desktop": set(),
}
NO_PATHS = {
    "activity": {"--classes", "--recordings"},
    "agreement": {"--reviewers", "--collar"},
    "analyze": {
        "--threshold", "--group", "--classes", "--top", "--hop", "--track", "--gain", "--start",
        "--zone", "--end", "--jobs", "--cluster", "--frames",
    },
    "dataset": {
        "--classes", "--min-score", "--max-score", "--min-duration", "--day", "--hours", "--text",
        "--limit",
    },
    "embed": {"--scores", "--threshold", "--classes", "--hop", "--track", "--cluster"},
    "estimate": {
        "--classes", "--draw", "--hop", "--precision", "--recordings", "--since", "--until",
        "--zone",
    },
    "evaluate": {"--hop", "--label"},
    "export": {
        "--title", "--recordings", "--classes", "--channel", "--min-score", "--max-score",
        "--group", "--relative-to", "--columns", "--label-column", "--score-column",
        "--media-prefix", "--curator", "--padding", "--clip-length", "--template", "--most",
        "--split", "--windows", "--hop", "--seed", "--encoding", "--from-columns",
    },
    "finetune": {
        "--classes", "--none", "--same-source", "--epochs", "--learning-rate", "--held-out",
        "--seed", "--cluster",
    },
    "import": {
        "--recording", "--match", "--label-column", "--encoding", "--tier", "--columns",
        "--save-columns", "--map", "--leave-out", "--reviewer",
    },
    "rerun": {"--jobs"},
    "weights": set(),
    "models": set(),
    "cache": set(),
    "packages": {"packages"},
    "desktop": set(),
}  # fmt: skip


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from _actions(sub)
        else:
            yield action


def _values(command: str) -> set[str]:
    """The options of a command that take any text: each may be a path."""
    parser = argparse.ArgumentParser(add_help=False)
    COMMANDS[command].add_arguments(parser)
    return {
        next((o for o in action.option_strings if o.startswith("--")), action.dest)
        for action in _actions(parser)
        if action.nargs != 0 and action.choices is None and action.help != argparse.SUPPRESS
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_of_every_option_it_is_known_whether_it_is_read_or_written(command: str) -> None:
    kinds = (READ[command], WRITTEN[command], NO_PATHS[command])
    assert _values(command) == set().union(*kinds), "sort the new option into one of the sets above"
    assert sum(map(len, kinds)) == len(set().union(*kinds))


NOT_TOGETHER = {
    ("models", "file", "--output"),  # of two actions
    ("import", "--recordings-in", "--project"),  # a folder, which no project can be
    *(("dataset", "--like", written) for written in ("--into", "--beside")),  # two questions
    ("evaluate", "estimated", "--rules-out"),  # tables have no rules
}
PAIRS = [
    (c, r, w)
    for c in COMMANDS
    for r in sorted(READ[c])
    for w in sorted(WRITTEN[c])
    if (c, r, w) not in NOT_TOGETHER
]


def _arguments(command: str, read: str, path: Path, folder: Path) -> list[object]:
    """A call of the command that reads `path` by that option, and what else it needs."""
    if command == "models":
        return ["export", path, "--format", "savedmodel"]
    sound, table = folder / "sound.wav", folder / "other.tsv"
    given: list[object] = [path] if not read.startswith("-") else [read, path]
    if command == "finetune":
        output = ["--output", folder / "model.h5"]
        return [*given, *output] if read == "data" else [table, *given, *output]
    if command in ("analyze", "embed"):
        return given if read == "paths" else [sound, *given]
    if command == "evaluate":
        tuning = ["--tune", "default"]
        return {
            "reference": [path, "--recordings", sound, *tuning],
            "estimated": [table, path],
            "--project": [*given, *tuning],
            "--recordings": [table, *given, *tuning],
        }.get(read, [table, "--recordings", sound, *given, *tuning])
    if command == "rerun":
        return given if read == "provenance" else [table, *given]
    if command == "dataset":
        return given if read == "folder" else [folder, *given]
    if command == "import":
        return [table, *given, "--yes"] if read.startswith("-") else [path, "--yes"]
    return given


@pytest.mark.parametrize(("command", "read", "written"), PAIRS)
@pytest.mark.parametrize("way", ["same", "dots", "hard link", "link"])
def test_nothing_that_is_read_is_written_over(
    command: str, read: str, written: str, way: str, run: Run, tmp_path: Path
) -> None:
    path = victim_in(tmp_path / "theirs")
    output = {
        "same": path,
        "dots": tmp_path / "theirs" / ".." / "theirs" / path.name,
        "hard link": tmp_path / "hard",
        "link": tmp_path / "link",
    }[way]
    if way == "hard link":
        output.hardlink_to(path)
    if way == "link":
        output.symlink_to(path)
    (tmp_path / "sound.wav").write_bytes(b"")
    (tmp_path / "other.tsv").write_text("filename\tonset\toffset\tevent_label\na\t1\t2\tDog\n")
    arguments = _arguments(command, read, path, tmp_path)
    status, _, errors = run(command, *arguments, written, output)
    assert status == 2
    assert "is an input of this command" in errors or "is the name of a recording" in errors
    assert str(output) in errors
    assert errors.count("\n") == 1
    assert untouched(path)


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
@pytest.mark.parametrize(
    ("command", "written"),
    [
        (c, w)
        for c in COMMANDS
        for w in sorted(WRITTEN[c])
        if w not in ("--project", "--clips", "--into", "--beside", "--dataset")
    ],
)
@pytest.mark.parametrize("attack", sorted(set(ATTACKS) - {"folder", "hard link"}))
def test_nothing_is_written_through_a_link_or_into_a_pipe(
    command: str, written: str, attack: str, run: Run, tmp_path: Path
) -> None:
    victim = victim_in(tmp_path / "theirs")
    output = tmp_path / "out.npz"
    ATTACKS[attack](output, victim)
    (tmp_path / "sound.wav").write_bytes(b"")
    (tmp_path / "other.tsv").write_text("filename\tonset\toffset\tevent_label\na\t1\t2\tDog\n")
    read = {
        "analyze": "paths",
        "embed": "paths",
        "evaluate": "--recordings",
        "export": "source",
        "estimate": "project",
        "agreement": "project",
        "activity": "project",
        "models": "model",
        "rerun": "provenance",
        "finetune": "data",
    }
    path = tmp_path / ("other.tsv" if command == "export" else "sound.wav")
    arguments = _arguments(command, read[command], path, tmp_path)
    status, _, errors = run(command, *arguments, written, output)
    assert status == 2
    assert "is left as it is" in errors
    assert errors.count("\n") == 1
    assert untouched(victim)


def test_a_picture_of_the_window_is_not_written_over_what_it_opens(
    run: Run, tmp_path: Path
) -> None:
    path = victim_in(tmp_path).rename(tmp_path / "theirs.png")
    before = path.read_bytes()
    (tmp_path / "x").mkdir()
    for name in (path, tmp_path / "x" / ".." / "theirs.png"):
        status, _, errors = run(path, "--screenshot", name)
        assert (status, "is an input of this command" in errors) == (2, True)
        assert path.read_bytes() == before
