"""`yamnet-gui` and `python -m yamnet_gui`: a command, or the window."""

import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command that `argv` begins with; anything else opens the window. Exit status."""
    from .cli import COMMANDS, run_command

    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and (
        arguments[0] in COMMANDS or arguments[0] in ("-h", "--help", "--version", "--log")
    ):
        return run_command(arguments)
    from . import app

    status = app.main(arguments)
    if argv is None and "tensorflow" in sys.modules:
        # Everything is closed and stored by now; TensorFlow would take two seconds to say goodbye.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status


if __name__ == "__main__":
    sys.exit(main())
