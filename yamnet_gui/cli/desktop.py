"""`yamnet-gui desktop`: menu entry, icon and file types on a Linux desktop, without root."""

import argparse
import sys

from yamnet_gui.core.desktop_entry import (
    Outcome,
    data_folder,
    install,
    installed,
    installed_program,
    remove,
)
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.text import counted, printable

from .exit_status import OK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--install",
        action="store_true",
        help="write them into the data folder of this user (XDG_DATA_HOME)",
    )
    action.add_argument(
        "--remove",
        action="store_true",
        help="remove what --install wrote; files that were changed since stay",
    )


def run(options: argparse.Namespace) -> int:
    if sys.platform in ("win32", "darwin"):
        raise SettingsError(
            "desktop", "is for Linux desktops", "the installer sets file types on this system"
        )
    base = data_folder()
    try:
        if options.install:
            _show("written", install(base, installed_program()))
        elif options.remove:
            _show("removed", remove(base))
        else:
            files = installed(base)
            print(f"{printable(base)}: {counted(len(files), 'file')} of this program")
            for path in files:
                print(f"  {printable(path)}")
    except OSError as error:
        subject = error.filename or base
        raise SettingsError(printable(subject), error.strerror or str(error)) from error
    return OK


def _show(word: str, outcome: Outcome) -> None:
    for path in outcome.done:
        print(f"{word}: {printable(path)}")
    for path in outcome.left:
        print(f"left as it is, not written by this command: {printable(path)}")
    for note in outcome.notes:
        print(f"note: {note}")
    if not (outcome.done or outcome.left):
        print(f"nothing is {word}")
