"""Dialogs that stay open beside the window go when they are closed."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.dialogs.spectrogram import SpectrogramDialog
from yamnet_gui.gui.features.view import ViewActions
from yamnet_gui.gui.workbench import Workbench


@pytest.mark.workflow
@pytest.mark.parametrize("reject", [True, False])
def test_the_spectrogram_dialog_leaves_no_widgets(
    qtbot: QtBot, start: Callable[..., Workbench], reject: bool
) -> None:
    bench = start()
    window, view = bench.shell.window, bench.feature(ViewActions)

    def dialogs() -> list[SpectrogramDialog]:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return window.findChildren(SpectrogramDialog)

    for _ in range(3):
        view.spectrogram()
        view.spectrogram()  # in place of the one that is open
        (dialog,) = dialogs()
        assert dialog.isVisible()
        dialog.reject() if reject else dialog.close()
        assert dialogs() == []
