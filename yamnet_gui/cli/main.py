"""The table of commands, and what they share: errors, Ctrl+C, closed pipes."""

import argparse
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from yamnet_gui import __version__
from yamnet_gui.core.errors import Cancelled, UserError
from yamnet_gui.core.interruption import Interruption, interruptible
from yamnet_gui.core.log import VERBOSE_HELP, last_lines, log_path, logging_to_file
from yamnet_gui.core.storage.notation import written
from yamnet_gui.core.text import encodable

from .exit_status import BAD_INPUT, INTERRUPTED, OK, UNEXPECTED
from .terminal import clean_terminal

_log = logging.getLogger(__name__)

_DESCRIPTION = """\
Find, review and label sound events in recordings with Google's YAMNet.

  yamnet-gui                 open the window
  yamnet-gui FILE …          open the window with recordings or a project
  yamnet-gui demo            open the window with the bundled demo recording
"""


STORED = "finished results are stored"


@dataclass(frozen=True, slots=True)
class CliCommand:
    """A command: the module that has `add_arguments(parser)` and `run(options) -> int`."""

    module: str
    help: str
    interrupted: str = STORED
    """What is left after Ctrl+C, in words that finish the sentence."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        import_module(self.module).add_arguments(parser)

    def run(self, options: argparse.Namespace) -> int:
        return int(import_module(self.module).run(options))


COMMANDS: Mapping[str, CliCommand] = {
    "analyze": CliCommand(
        "yamnet_gui.cli.analyze",
        "detect sound events in recordings",
    ),
    "embed": CliCommand(
        "yamnet_gui.cli.embed",
        "write embeddings of recordings",
    ),
    "evaluate": CliCommand(
        "yamnet_gui.cli.evaluate", "compare labels or rules with reference labels"
    ),
    "dataset": CliCommand(
        "yamnet_gui.cli.dataset", "list and check a dataset folder that analyze --dataset wrote"
    ),
    "activity": CliCommand(
        "yamnet_gui.cli.activity",
        "count a project's or dataset's events by hour, day and recording",
    ),
    "agreement": CliCommand("yamnet_gui.cli.agreement", "compare the decisions of two reviewers"),
    "estimate": CliCommand(
        "yamnet_gui.cli.estimate",
        "estimate how many events of a class a project's recordings contain",
    ),
    "finetune": CliCommand(
        "yamnet_gui.cli.finetune",
        "train a model of your own, beginning with YAMNet's weights",
        "the same command goes on after the last whole pass",
    ),
    "export": CliCommand(
        "yamnet_gui.cli.export", "export labels, clips or a report from a project"
    ),
    "import": CliCommand(
        "yamnet_gui.cli.import_labels",
        "import label tables into a project",
    ),
    "rerun": CliCommand(
        "yamnet_gui.cli.rerun", "repeat an analysis or an export and show what differs"
    ),
    "weights": CliCommand(
        "yamnet_gui.cli.weights",
        "show, download or set the network weights",
    ),
    "models": CliCommand(
        "yamnet_gui.cli.models",
        "list fine-tuned models, or export one for other programs",
    ),
    "cache": CliCommand(
        "yamnet_gui.cli.cache",
        "show or clear stored results",
    ),
    "packages": CliCommand(
        "yamnet_gui.cli.packages",
        "show or add large libraries that the program comes without",
        "give the same command again to add the rest",
    ),
    "desktop": CliCommand(
        "yamnet_gui.cli.desktop",
        "add this program to the menu and the file types of a Linux desktop, or remove it",
        "the same command finishes it",
    ),
}


def run_command(argv: Sequence[str]) -> int:
    """Runs one command of `COMMANDS`, or shows help or version; the exit status.

    Whatever the user can fix ends as one sentence on standard error and status 2.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")  # file names may be any bytes
    with clean_terminal(), interruptible() as interruption:
        return _status(argv, interruption)


def _status(argv: Sequence[str], interruption: Interruption) -> int:
    try:
        status = _run(argv, interruption)
        sys.stdout.flush()
    except SystemExit as end:  # argparse has printed what is wrong
        status = end.code if isinstance(end.code, int) else BAD_INPUT
    except UserError as error:
        if not interruption:
            print(f"yamnet-gui: {error}", file=sys.stderr)
        status = BAD_INPUT
    except (KeyboardInterrupt, Cancelled):
        status = INTERRUPTED
    except BrokenPipeError:
        # the reader has closed our output, which is not an error; write nothing at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = OK
    if interruption or status == INTERRUPTED:
        # whatever else went wrong came of it: libraries make errors of their own of a signal
        command = COMMANDS.get(argv[0]) if argv else None
        left = command.interrupted if command is not None else STORED
        print(f"\nyamnet-gui: interrupted; {left}", file=sys.stderr)
        status = interruption.status or INTERRUPTED
    return status


def _run(argv: Sequence[str], interruption: Interruption) -> int:
    parser = argparse.ArgumentParser(
        prog="yamnet-gui",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="yamnet-gui COMMAND --help shows the options of a command.",
    )
    parser.add_argument("--version", action="version", version=f"yamnet-gui {__version__}")
    parser.add_argument(
        "--log", action=_ShowLog, nargs=0, help="show where the log file is, and its last lines"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, description=command.help.capitalize())
        if argv and argv[0] == name:  # the others' modules need not be imported
            command.add_arguments(sub)
            sub.add_argument("--verbose", action="store_true", help=VERBOSE_HELP)
    options = parser.parse_args(argv)
    options.typed = ["yamnet-gui", *map(written, argv)]
    if options.command is None:
        parser.print_help()
        return OK
    with logging_to_file(argv, verbose=options.verbose):
        return _run_logged(options, interruption)


def _run_logged(options: argparse.Namespace, interruption: Interruption) -> int:
    try:
        return COMMANDS[options.command].run(options)
    except UserError as error:
        _log.warning("%s", encodable(str(error)))
        raise
    except (Cancelled, BrokenPipeError):
        raise
    except Exception as error:
        if interruption:
            raise KeyboardInterrupt from error
        _log.exception("an unexpected error")
        kind = type(error).__name__
        print(
            f"yamnet-gui: an unexpected error ({kind}: {error}); the log has the details: "
            f"{log_path()}",
            file=sys.stderr,
        )
        return UNEXPECTED


class _ShowLog(argparse.Action):
    """Shows where the log file is, and its last lines."""

    def __call__(self, parser: argparse.ArgumentParser, *_rest: object) -> None:
        print(log_path())
        for line in last_lines():
            print(line)
        parser.exit()
