"""`yamnet-gui` and `python -m yamnet_gui`: a command, or the window."""

import atexit
import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command that `argv` begins with; anything else opens the window. Exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        status = _run(arguments)
    except KeyboardInterrupt:  # before the command or the window could take it
        status = 130
    if argv is None and (status >= 128 or "tensorflow" in sys.modules):
        # Everything is closed and stored by now; TensorFlow would take two seconds to say goodbye.
        atexit._run_exitfuncs()  # among them, what removes temporary folders
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status


def _run(arguments: list[str]) -> int:
    from .cli import COMMANDS, run_command

    if arguments and (
        arguments[0] in COMMANDS or arguments[0] in ("-h", "--help", "--version", "--log")
    ):
        return run_command(arguments)
    from . import app

    return app.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
