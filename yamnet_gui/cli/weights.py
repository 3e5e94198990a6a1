"""`yamnet-gui weights`: where the network's weights are and whether they are intact."""

import argparse
from pathlib import Path

from yamnet_gui.core.errors import WeightsError
from yamnet_gui.yamnet import (
    WeightsFile,
    find_weights,
    inspect_weights,
    use_weights,
    weights_folder,
)

from .terminal import ProgressLine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(action=None)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    actions.add_parser(
        "fetch",
        help="download the published weights (15 MB) and verify them; resumes an interrupted"
        " download",
    )
    use = actions.add_parser("use", help="use a local weights file")
    use.add_argument("file", type=Path, metavar="FILE")


def run(options: argparse.Namespace) -> int:
    if options.action == "fetch":
        _show(_fetch())
    elif options.action == "use":
        _show(use_weights(options.file))
    else:
        path = find_weights()
        if path is None:
            raise WeightsError(
                weights_folder(),
                "the weights of the network are not installed yet",
                "run `yamnet-gui weights fetch`, or `yamnet-gui weights use FILE` with a copy",
            )
        _show(inspect_weights(path))
    return 0


def _fetch() -> WeightsFile:
    from yamnet_gui.yamnet import fetch_weights

    with ProgressLine() as line:

        def progress(done: int, total: int | None) -> None:
            of = f" of {total / 1e6:.1f}" if total else ""
            line.show(f"{done / 1e6:.1f}{of} MB")

        return fetch_weights(progress)


def _show(file: WeightsFile) -> None:
    print(f"{file.path}: intact, {file.name}, SHA-256 {file.sha256}")
    if not file.known:
        print("note: not the published file; it is used because its arrays have the right shapes")
