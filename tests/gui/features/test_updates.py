"""Help › Check for updates in the window, with servers on this machine."""

import json
import threading
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from tests.unit.core.test_web import dripping, replying, served
from yamnet_gui.gui.dialogs.updates import UpdatesDialog
from yamnet_gui.gui.features.updates import UpdatesFeature
from yamnet_gui.gui.workbench import Workbench

pytestmark = pytest.mark.workflow


def asking() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "updates"]


def dialog_of(bench: Workbench) -> UpdatesDialog:
    bench.shell.window.actions_by_id["check_updates"].trigger()
    dialog = bench.feature(UpdatesFeature)._dialog
    assert isinstance(dialog, UpdatesDialog)
    return dialog


def test_the_answer_comes_into_the_dialog_and_asking_holds_nothing(
    start: Callable[..., Workbench], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps({"tag_name": "v999", "body": "Faster"}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    bench = start()
    feature = bench.feature(UpdatesFeature)
    with served(replying(head + body)) as address:
        monkeypatch.setenv("YAMNET_GUI_RELEASES", address)
        dialog = dialog_of(bench)
        try:
            qtbot.waitUntil(lambda: "999" in dialog.headline.text(), timeout=20_000)
            assert dialog.notes.toPlainText() == "Faster"
        finally:
            dialog.reject()
    monkeypatch.setenv("YAMNET_GUI_RELEASES", "ftp://example.org/")
    dialog = dialog_of(bench)
    try:
        qtbot.waitUntil(lambda: "ftp://example.org/" in dialog.text.text(), timeout=20_000)
    finally:
        dialog.reject()
    with served(dripping(b"HTTP/1.")) as address:
        monkeypatch.setenv("YAMNET_GUI_RELEASES", address)
        dialog = dialog_of(bench)
        qtbot.waitUntil(lambda: feature.busy)
        dialog.reject()  # stops asking
        qtbot.waitUntil(lambda: not feature.busy, timeout=5_000)
        dialog_of(bench)
        qtbot.waitUntil(lambda: bool(asking()))
        bench.shell.window.close()
        assert asking()  # the server was not waited for
    for thread in asking():
        thread.join()
