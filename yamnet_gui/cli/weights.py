"""`yamnet-gui weights`: where the network's weights are, whether they are intact and how fast."""

import argparse
import shlex
from pathlib import Path

from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.text import grouped, megabytes, printable
from yamnet_gui.yamnet import (
    WeightsFile,
    find_weights,
    inspect_weights,
    use_weights,
    weights_folder,
)

from .exit_status import OK, SOME_FAILED
from .network import prepare_network
from .terminal import ProgressLine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(action=None)
    parser.add_argument(
        "--test",
        action="store_true",
        help="run the installation test of the published model and measure this machine's speed",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    actions.add_parser(
        "fetch",
        help="download the published weights (15 MB) and verify them; resumes an interrupted"
        " download",
    )
    use = actions.add_parser(
        "use", help="use local weights: an HDF5 file, or a SavedModel as folder or .tar.gz"
    )
    use.add_argument("file", type=Path, metavar="FILE_OR_FOLDER")
    actions.add_parser(
        "find", help="look for YAMNet in the caches of TensorFlow Hub, Kaggle and Keras"
    )


def run(options: argparse.Namespace) -> int:
    if options.action == "fetch":
        _installed_now(_fetch())
    elif options.action == "use":
        _installed_now(use_weights(options.file))
    elif options.action == "find":
        return _find()
    elif options.test:
        return _test(_installed())
    else:
        _show(inspect_weights(_installed()))
    if options.test:
        return _test(_installed())
    return OK


def _installed() -> Path:
    path = find_weights()
    if path is None:
        raise WeightsError(
            weights_folder(),
            "the weights of the network are not installed yet",
            "run `yamnet-gui weights fetch`, or `yamnet-gui weights use FILE` with a copy"
            " (`yamnet-gui weights find` looks for one on this machine)",
        )
    return path


def _installed_now(file: WeightsFile) -> None:
    """Shows it, and makes what LiteRT needs of it, so that the first analysis does not wait."""
    _show(file)
    prepare_network(file.path, file.identity)


def _fetch() -> WeightsFile:
    from yamnet_gui.yamnet.fetch import fetch_weights

    with ProgressLine() as line:

        def progress(done: int, total: int | None) -> None:
            line.show(megabytes(done, total))

        return fetch_weights(progress)


def _find() -> int:
    from yamnet_gui.yamnet.weights_copies import find_copies

    copies = find_copies()
    for copy in copies:
        print(f"{copy.owner}: {printable(copy.file.path)}: {copy.file.name}")
        print(f"  to use it: yamnet-gui weights use {shlex.quote(printable(copy.file.path))}")
    if not copies:
        print("no YAMNet in the caches of TensorFlow Hub, Kaggle and Keras")
    return OK if copies else SOME_FAILED


def _test(path: Path) -> int:
    """Shows the installation test; SOME_FAILED where a line of it failed."""
    from yamnet_gui.yamnet.self_test import differences, run_self_test, runtimes

    weights = inspect_weights(path)
    _show(weights)
    passed, results = True, []
    for result in run_self_test(runtimes(path)):
        results.append(result)
        for sound in result.sounds:
            right = sound.finite and (sound.recognised or not weights.known)
            passed &= right
            finite = "finite scores" if sound.finite else "scores that are not finite"
            rank = f"is number {sound.place}" if sound.place else "is not a class of this model"
            place = f"{finite}, {sound.expected} {rank}"
            print(f"{result.runtime}: {sound.sound}: {place}: {_word(right)}")
    for pair in differences(results):
        passed &= pair.equal
        apart = f"scores differ by {pair.scores:.1e}, embeddings by {pair.embeddings:.1e}"
        print(f"{' and '.join(pair.runtimes)}: {apart}: {_word(pair.equal)}")
    for result in results:
        speed = f"{grouped(result.frames_per_s)} frames/s"
        print(f"{result.runtime}: {speed}; an hour of sound takes {result.hour_s:.1f} s")
    if not weights.known:
        print("note: which classes are highest is asked only of the published weights")
    return OK if passed else SOME_FAILED


def _word(right: bool) -> str:
    return "passed" if right else "FAILED"


def _show(file: WeightsFile) -> None:
    print(f"{printable(file.path)}: intact, {file.name}, SHA-256 {file.sha256}")
    if file.identity != file.sha256:
        print(f"identity of its numbers: {file.identity}")
    if not file.known:
        print("note: not the published file; it is used because its arrays have the right shapes")
