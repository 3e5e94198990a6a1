"""What the window offers about the program itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from tests.gui.support.answers import answer_questions
from yamnet_gui.core.log import log_path, logging_to_file
from yamnet_gui.gui.workbench import Workbench


def test_the_folder_of_the_log_is_shown_or_the_reason_why_not(
    start: Callable[..., Workbench], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: shown.append(QUrl(url).toLocalFile()) or True
    )
    bench = start()
    action = bench.shell.window.actions_by_id["show_log"]
    action.trigger()
    assert shown == []
    assert "cannot be shown" in bench.shell.notices.notices[-1].text
    with logging_to_file([]):
        action.trigger()
    assert [Path(folder) for folder in shown] == [log_path().parent]


def test_stored_analyses_are_deleted_after_a_question_that_says_what_stays(
    start: Callable[..., Workbench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = start()
    deleted: list[int] = []
    sizes = [5_000_000, 5_000_000, 0]
    monkeypatch.setattr(bench.services.analysis, "stored_bytes", lambda: sizes.pop(0))
    monkeypatch.setattr(bench.services.analysis, "clear_cache", lambda: deleted.append(1) or 1)
    asked: list[str] = []
    answers = [False, True]

    def confirm(question: str, _verb: str) -> bool:
        asked.append(question)
        return answers.pop(0)

    answer_questions(bench, confirm=confirm)
    action = bench.shell.window.actions_by_id["clear_cache"]
    action.trigger()
    assert deleted == []
    assert "labels and decisions" in asked[0]
    action.trigger()
    assert deleted == [1]
    action.trigger()  # nothing is there any more
    assert (deleted, len(asked)) == ([1], 2)
