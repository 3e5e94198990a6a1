"""What a bundle starts: the program, or one of the processes that it starts itself.

A bundle has no Python beside it, so the program's own file stands in for `python` wherever the
program starts another process: workers of `multiprocessing`, and modules run by name.
"""

import multiprocessing
import os
import runpy
import sys

OWN, OTHERS = "yamnet_gui.", ("pip", "bundle.probe")


def module_to_run(arguments: list[str]) -> str:
    """The module that `python -P -m MODULE …` names, "" for what a user types."""
    if arguments[:2] != ["-P", "-m"] or len(arguments) < 3:
        return ""
    name = arguments[2]
    return name if name.startswith(OWN) or name in OTHERS else ""


def main() -> int:
    if sys.stdout is None or sys.stderr is None:  # the program with a window on Windows
        sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    multiprocessing.freeze_support()
    from yamnet_gui.core.added_packages import use_added_packages

    use_added_packages()
    module = module_to_run(sys.argv[1:])
    if module:
        del sys.argv[1:4]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        return 0
    from yamnet_gui.__main__ import main as program

    return program()


if __name__ == "__main__":
    sys.exit(main())
