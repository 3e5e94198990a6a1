"""Answers to the questions that the window asks, in place of its dialogs."""

from collections.abc import Callable, Sequence

from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.workbench import Workbench


def answer_questions(
    bench: Workbench,
    label: Callable[[str, Sequence[str]], LabelChoice | None] = lambda _title, _used: None,
    confirm: Callable[[str, str], bool] = lambda _question, _verb: True,
) -> None:
    """Lets these functions answer from now on."""
    questions = bench.shell.questions
    questions.label = lambda title, used, _likely=None: label(title, used)  # type: ignore[method-assign]
    questions.confirm = confirm  # type: ignore[method-assign]
