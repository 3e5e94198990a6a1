"""Starts the window, or draws it to a picture."""

import argparse
import builtins
import gc
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .core.c_heap import use_few_arenas
from .core.desktop_entry import DESKTOP_ID, ICON_SIZES
from .core.handover import Claim, HandOver, is_token, meeting_place
from .core.log import VERBOSE_HELP, logging_to_file
from .core.storage.address import addresses_with_secrets, path_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from .gui.workbench import Workbench

_NO_DISPLAY = (
    "yamnet-gui: there is no display to open a window on ({reason}); "
    "draw the window to a picture with --screenshot OUT.png, "
    "or work without one: yamnet-gui analyze PATH"
)
_SETTLED_CHECKS = 6
_CHECK_MS = 60
_LISTEN_MS = 200
_LONGEST_WAIT_MS = 900_000


def main(argv: Sequence[str] | None = None) -> int:
    """Opens the window: `[demo] [FILE …]` and the options of `parse`.

    Returns the exit status: 0, or 2 for bad usage, no display or a recording that cannot be
    opened for a screenshot.
    """
    given = sys.argv[1:] if argv is None else list(argv)
    arguments = parse(given)
    with logging_to_file(given, verbose=arguments.verbose):
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.screenshot is not None and arguments.screenshot.suffix.lower() != ".png":
        print(
            f"yamnet-gui: {arguments.screenshot}: a picture needs a name that ends in .png",
            file=sys.stderr,
        )
        return 2
    if arguments.screenshot is not None and (problem := _unfit(arguments)):
        print(f"yamnet-gui: {problem}", file=sys.stderr)
        return 2
    if arguments.screenshot is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        if arguments.scale != 1.0:
            os.environ["QT_SCALE_FACTOR"] = f"{arguments.scale:g}"
    reason = missing_display()
    if reason:
        print(_NO_DISPLAY.format(reason=reason), file=sys.stderr)
        return 2
    if arguments.screenshot is not None:
        _quiet_offscreen()
    if arguments.screenshot is not None:
        return _window(arguments, [], None)
    claim = Claim(meeting_place())
    application = None if claim.take() else _asking(arguments, claim)
    if application is not None and _handed_over(claim, arguments):
        return 0
    asked: list[int] = []
    former = {
        number: signal.signal(number, lambda number, _frame: asked.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        return _window(arguments, asked, claim)
    finally:
        claim.give_back()
        for number, handler in former.items():
            signal.signal(number, handler)


def _unfit(arguments: argparse.Namespace) -> str:
    """Why the picture cannot be written where it shall be, or ""; before anything is opened."""
    from .core.errors import UserError
    from .core.files import is_file
    from .labels.overwrite_guard import check_outputs

    try:
        check_outputs([arguments.screenshot], [f for f in arguments.files if is_file(f)])
    except UserError as error:
        return str(error)
    return ""


def _window(arguments: argparse.Namespace, asked: list[int], claim: Claim | None) -> int:
    """Builds and runs the window; closes it where a signal has `asked` for that, also early.

    With a `claim` it opens what later starts hand over.
    """
    from PySide6.QtCore import QTimer

    from .gui.unexpected_errors import UnexpectedErrors

    application, workbench = prepare(arguments)
    if arguments.screenshot is not None:
        return _screenshot(application, workbench, arguments.screenshot)
    errors = UnexpectedErrors(workbench.shell.window)
    errors.install()
    workbench.shell.window.show()
    if arguments.file is None or arguments.demo:
        workbench.offer_tour()
    if claim is not None:
        # once the window can be seen; starts in between wait for it
        QTimer.singleShot(_LISTEN_MS, workbench, lambda: workbench.take_further_files(claim))
    # Python runs signal handlers only between its own instructions, so a timer gives it some.
    pulse = QTimer()

    def look() -> None:
        if asked:
            asked.clear()
            application.closeAllWindows()  # dialogs first, which may run loops of their own

    pulse.timeout.connect(look)
    pulse.start(100)
    try:
        return application.exec()
    finally:
        workbench.close()
        errors.uninstall()


def _asking(arguments: argparse.Namespace, claim: Claim) -> "QApplication | None":
    """An application to ask the open window with; None where another window is wanted."""
    special = arguments.new_window or arguments.size is not None or arguments.theme is not None
    if claim.place is None or special:
        return None
    from .gui.instance.further_files import SETTING
    from .gui.state.settings import Settings

    return _application() if Settings().value(SETTING) else None


def _handed_over(claim: Claim, arguments: argparse.Namespace) -> bool:
    """Whether the window that is open opens what is asked for here."""
    from .gui.instance.client import hand_over

    token = os.environ.get("XDG_ACTIVATION_TOKEN", "")
    try:
        files = () if arguments.demo else tuple(path.absolute() for path in arguments.files)
    except OSError:  # this folder has been removed
        return False
    token = token if is_token(token) else ""
    request = HandOver(files, arguments.demo, token, addresses_with_secrets(files))
    return claim.place is not None and hand_over(claim.place, request, is_free=claim.take)


def _quiet_offscreen() -> None:
    """Hides a message that the offscreen platform prints for every window about size hints."""
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

    def show(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if "propagateSizeHints" not in text:
            print(text, file=sys.stderr)

    qInstallMessageHandler(show)


def prepare(arguments: argparse.Namespace) -> "tuple[QApplication, Workbench]":
    """The application and its window with everything behind it, not shown yet."""
    use_few_arenas()
    recording = _recording(arguments)  # no Qt yet, which reads the source of what is imported later
    application = _application()
    with _no_garbage():
        from .gui.background.heartbeat import start_heartbeat
        from .gui.background.priority import give_way_quickly
        from .gui.jobs.analysis_ahead import begin_analysis
        from .gui.state.settings import Settings

    give_way_quickly()
    start_heartbeat(application)
    settings = Settings()
    ahead = begin_analysis(recording, settings) if recording is not None else None
    with _no_garbage():
        from .gui.main_window import FIRST_SIZE
        from .gui.theme import ThemeChoice
        from .gui.workbench import Workbench

    theme = ThemeChoice(arguments.theme) if arguments.theme else None
    workbench = Workbench(settings, theme, ahead=ahead)
    size = arguments.size or (FIRST_SIZE if arguments.screenshot is not None else None)
    if size is not None:  # asked for, or a picture, which no screen limits
        workbench.shell.window.resize(*size)
    if arguments.demo:
        workbench.open_demo()
    elif len(arguments.files) > 1:
        workbench.open_all(arguments.files)
    elif arguments.file is not None:
        workbench.open(arguments.file)
    return application, workbench


def _application() -> "QApplication":
    """The application, made where there is none yet."""
    with _no_garbage():
        from PySide6.QtCore import QLocale
        from PySide6.QtGui import QIcon
        from PySide6.QtWidgets import QApplication

        _import_plainly()
        from .core.resources import resource_path

    own = QApplication.instance()
    application = own if isinstance(own, QApplication) else QApplication(sys.argv[:1])
    QLocale.setDefault(QLocale.c())  # numbers as the texts of the program write them
    application.setApplicationName("yamnet-gui")
    application.setApplicationDisplayName("yamnet_gui")
    application.setDesktopFileName(DESKTOP_ID)
    icon = QIcon()
    for edge in ICON_SIZES[:-1]:  # the largest is for software centres
        icon.addFile(str(resource_path("app_icon", f"{edge}.png")))
    application.setWindowIcon(icon)
    application.setStyle("Fusion")
    return application


def _recording(arguments: argparse.Namespace) -> Path | None:
    """The recording that the window begins with, where there is one."""
    with _no_garbage():
        from . import analysis  # noqa: F401
        from .audio import SOUND_SUFFIXES

    sound = arguments.file is not None and arguments.file.suffix.lower() in SOUND_SUFFIXES
    return arguments.file if sound and not arguments.demo else None


def _import_plainly() -> None:
    """Takes back what PySide6 puts in the place of `import`.

    It reads the source of every module that is imported from then on, for the word PySide6, to know
    whether Qt's names could be wanted in snake_case there (`from __feature__ import …`).
    """
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Modules stay: looking for garbage among them while they load takes a tenth of that time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def missing_display(environment: dict[str, str] | None = None) -> str:
    """Why no window can be opened; "" where one can. Qt itself would abort the process."""
    env = dict(os.environ) if environment is None else environment
    platform = env.get("QT_QPA_PLATFORM", "")
    if sys.platform != "linux" or platform.split(":")[0] in ("offscreen", "minimal", "vnc"):
        return ""
    if env.get("WAYLAND_DISPLAY") and platform != "xcb":
        return ""
    display = env.get("DISPLAY", "")
    if not display:
        return "neither DISPLAY nor WAYLAND_DISPLAY is set"
    if not _x_server_answers(display):
        return f"nothing answers at DISPLAY {display}"
    return _missing_library()


def _x_server_answers(display: str) -> bool:
    """Whether an X server listens where DISPLAY says (`[host]:number[.screen]`)."""
    match = re.fullmatch(r"(?P<host>[^:]*):(?P<number>\d+)(\.\d+)?", display)
    if match is None:
        return display.startswith("/")  # some systems name a socket
    host, number = match["host"], int(match["number"])
    addresses: list[tuple[int, str | tuple[str, int]]] = []
    if host in ("", "unix"):
        name = f"/tmp/.X11-unix/X{number}"
        addresses = [(socket.AF_UNIX, name), (socket.AF_UNIX, "\0" + name)]
    else:
        addresses = [(socket.AF_INET, (host, 6000 + number))]
    for family, address in addresses:
        with socket.socket(family, socket.SOCK_STREAM) as link:
            link.settimeout(3)
            try:
                link.connect(address)
            except OSError:
                continue
            return True
    return False


def _missing_library() -> str:
    """The libraries without which Qt's X11 plugin aborts the process."""
    import ctypes

    for name in ("libxcb-cursor.so.0", "libxkbcommon-x11.so.0", "libEGL.so.1"):
        try:
            ctypes.CDLL(name)
        except OSError:
            return f"the library {name} is missing; README.md lists the packages to install"
    return ""


def parse(argv: list[str]) -> argparse.Namespace:
    """The options of the command line for the window."""
    parser = argparse.ArgumentParser(
        prog="yamnet-gui", description="Find, review and label sound events with YAMNet."
    )
    parser.add_argument(
        "files",
        nargs="*",
        type=path_of,
        metavar="FILE",
        help="recordings, addresses, a folder, a project, or: demo; further ones are listed",
    )
    parser.add_argument("--screenshot", type=Path, metavar="OUT.png", help="draw and exit")
    parser.add_argument("--size", type=_size, metavar="WxH", help="size of the window in pixels")
    parser.add_argument("--theme", choices=("dark", "light", "system"))
    parser.add_argument("--scale", type=_scale, default=1.0, help="display scaling of a picture")
    parser.add_argument(
        "--new-window",
        action="store_true",
        help="open another window; else the window that is open opens the files",
    )
    parser.add_argument("--verbose", action="store_true", help=VERBOSE_HELP)
    arguments = parser.parse_args(argv)
    arguments.file = arguments.files[0] if arguments.files else None
    arguments.demo = arguments.file == Path("demo") and not Path("demo").exists()
    return arguments


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)[xX×](\d+)", text)
    if match is None or not all(200 <= int(n) <= 16000 for n in match.groups()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 1280x800")
    return int(match[1]), int(match[2])


def _scale(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.5 <= value <= 4.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a scaling from 0.5 to 4")
    return value


def _screenshot(application: "QApplication", workbench: "Workbench", target: Path) -> int:
    """Waits until nothing is on its way any more, then draws the window to `target`."""
    from PySide6.QtCore import QElapsedTimer, QTimer

    from .core.errors import UserError
    from .gui.window_picture import save_picture

    state = {"quiet": 0, "status": 0}
    failed: list[UserError] = []
    workbench.services.recording.failed.connect(failed.append)
    waited = QElapsedTimer()
    waited.start()
    workbench.shell.window.show()

    def look() -> None:
        state["quiet"] = 0 if workbench.busy else state["quiet"] + 1
        if failed:
            print(f"yamnet-gui: {failed[0]}", file=sys.stderr)
            state["status"] = 2
        elif state["quiet"] < _SETTLED_CHECKS and waited.elapsed() < _LONGEST_WAIT_MS:
            return
        else:
            state["status"] = save()
        timer.stop()
        application.quit()

    def save() -> int:
        try:
            save_picture(workbench.shell.window.grab(), target)
        except UserError as error:
            print(f"yamnet-gui: {error}", file=sys.stderr)
            return 2
        return 0

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(_CHECK_MS)
    application.exec()
    workbench.shell.window.close()  # not before: Qt would leave a request to quit behind
    workbench.close()
    return state["status"]
