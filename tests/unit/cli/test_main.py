import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

import yamnet_gui
from yamnet_gui.cli import COMMANDS, run_command


def python(program, **environment):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def test_version_and_help_name_everything(run):
    assert run("--version")[:2] == (0, f"yamnet-gui {yamnet_gui.__version__}\n")
    status, out, _ = run("--help")
    assert status == 0
    for word in (*COMMANDS, "FILE", "demo"):
        assert word in out


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(run, command):
    status, out, _ = run(command, "--help")
    assert status == 0
    assert f"usage: yamnet-gui {command}" in out


def test_wrong_usage_is_status_2(run):
    status, _, err = run("analyze")
    assert status == 2
    assert "PATH" in err
    assert run("analyze", "a.wav", "--threshold", "2")[0] == 2
    assert run("analyze", "a.wav", "--jobs", "0")[0] == 2
    assert run("weights", "burn")[0] == 2


def test_commands_import_neither_qt_nor_tensorflow():
    program = (
        "import sys\n"
        "from yamnet_gui.__main__ import main\n"
        "assert main(['cache']) == 0\n"
        "assert main(['analyze', 'gone.wav']) == 2\n"
        "heavy = ['tensorflow', 'PySide6', 'pyqtgraph', 'scipy', 'numba', 'av', 'pandas', 'h5py']\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    assert python(program).stdout.splitlines()[-1] == "[]"


def test_a_closed_pipe_is_no_error(weights):
    program = (
        "import os, sys\n"
        "from yamnet_gui.__main__ import main\n"
        "reader, writer = os.pipe(); os.close(reader); os.dup2(writer, 1)\n"
        "sys.exit(main(['weights']))"
    )
    done = python(program)
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_is_status_130(monkeypatch, capsys):
    def stop(_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("yamnet_gui.cli.cache.run", stop)
    assert run_command(["cache"]) == 130
    assert "finished results are stored" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("module", "given", "name", "value", "new"),
    [
        ("analyze", ("x.wav", "--fresh"), "restart", True, "--restart"),
        ("analyze", ("x.wav", "--fold", "Dog", "Cat"), "group", ["Dog", "Cat"], "--group"),
        ("export", ("--fold", "main"), "group", ["main"], "--group"),
        ("evaluate", ("--mistakes", "o.csv"), "mismatches", Path("o.csv"), "--mismatches"),
        ("evaluate", ("--truth-format", "csv"), "reference_format", "csv", "--reference-format"),
        (
            "evaluate",
            ("--predicted-format", "csv"),
            "estimated_format",
            "csv",
            "--estimated-format",
        ),
    ],
)
def test_renamed_options_work_under_their_old_names_with_a_note(
    module: str,
    given: tuple[str, ...],
    name: str,
    value: object,
    new: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser = argparse.ArgumentParser("yamnet-gui")
    COMMANDS[module].add_arguments(parser)
    without = [word for word in given if word.endswith(".wav")]
    assert not getattr(parser.parse_args(without), name)
    assert getattr(parser.parse_args(given), name) == value
    assert f"is now called {new}" in capsys.readouterr().err
    old = next(word for word in given if word.startswith("--"))
    assert old not in parser.format_help()
