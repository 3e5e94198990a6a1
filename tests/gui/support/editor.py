"""Run as a program: makes random edits through the window's own actions, like a quick user.

Arguments: the project and a seed. Writes on standard output what the editor of the store's tests
writes: "open 0 DIGEST", then "begin N" and "done N DIGEST" for each edit.
"""

import os
import random
import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop

from tests.gui.support.answers import answer_questions
from tests.unit.labels.project.editor import digest
from yamnet_gui import app
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.workbench import Workbench

ACTIONS = (
    *("next", "accept", "reject", "uncertain", "unreview", "accept", "previous", "find_class"),
    *("set_onset", "set_offset", "split", "merge", "delete", "draw", "add_label", "listened"),
    *("undo", "undo", "redo", "accept_above"),
)
LABELS = ("Dog", "Bird", "Cat", "my own")


def run(path: Path, seed: int) -> None:
    """Edits until somebody kills the process."""
    rng = random.Random(seed)
    application, bench = app.prepare(app.parse([str(path)]))
    bench.session.settings.set("autoplay", False)
    bench.session.settings.set("reviewer", "Anna")
    bench.shell.window.show()
    while bench.busy or not bench.session.project.recording_id:
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
    project = bench.session.project.project
    assert project is not None

    def label(_title: str, _used: object) -> LabelChoice:
        name = rng.choice(LABELS)
        match = bench.session.class_map.value.find(name)
        return LabelChoice(name, match.index, match.mid) if match else LabelChoice(name)

    answer_questions(bench, label, lambda _question, _verb: True)
    print("open 0", digest(project), flush=True)
    n = 0
    while True:
        _place(bench, rng)
        name = rng.choice(ACTIONS)
        if name == "find_class" and not bench.session.selection.ids:
            continue  # would search for a class to show, in a dialog
        action = bench.shell.window.actions_by_id[name]
        n += 1
        print("begin", n, flush=True)
        if action.isEnabled():
            action.trigger()
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        print("done", n, digest(project), flush=True)


def _place(bench: Workbench, rng: random.Random) -> None:
    """Puts cursor, selection of time and selection of events somewhere."""
    at = rng.uniform(0, 9)
    bench.services.transport.seek(at)
    bench.session.timeline.set_selection(TimeSpan(at, at + rng.uniform(0.1, 1)))
    ids = [event.id for event in bench.session.document.events]
    if ids and rng.random() < 0.7:
        bench.session.selection.select(rng.sample(ids, min(len(ids), rng.choice((1, 1, 1, 2, 3)))))


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    run(Path(sys.argv[1]), int(sys.argv[2]))
