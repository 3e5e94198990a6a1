"""Draws every panel and dialog of the window, one picture each, in one size, scaling and theme.

    python docs/pictures/scenes.py OUT --size 1366x768 --theme dark [--open PROJECT] [--only NAME …]

Run by `make.py` in a process of its own, because the scaling of a display is set once. The demo is
shown, or what `--open` names. A scene that cannot be drawn ends the run with its name.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from day import make_day
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QDockWidget, QWidget

from yamnet_gui import app
from yamnet_gui.core.events import Event
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.dialogs.settings import SettingsDialog
from yamnet_gui.gui.features import TourFeature
from yamnet_gui.gui.jobs.demo import demo_analysis
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.state.score_buffer import ScoreBuffer
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import EventFilter

LABEL = "Siren"
PANELS = ("recordings", "classes", "events", "inspector")
DIALOGS = (
    "settings", "weights", "shortcuts", "about", "guide", "glossary", "spectrogram", "go_to",
    "find_class", "add_label", "export", "cut_clips", "report", "label_sets", "evaluation",
    "replay", "calibration", "apply_rules", "backups", "start_times", "models", "finetune",
)  # fmt: skip
"""Actions that open a dialog over the demo."""
TABS = {
    "all events": "all_events", "similar": "find_similar", "gallery": "gallery", "map": "map",
    "activity": "activity", "teach": "teach", "rules": "rules",
}  # fmt: skip
"""Panels that an action brings to the front."""
_TALL = 420
TABLE = "onset,offset,label\n1.0,6.7,Talk\n64.2,72.5,Siren\n82.5,88.2,Field cricket\n"


@dataclass(frozen=True)
class Studio:
    """The window, where its pictures go, and which are wanted (all where that is empty).

    `files` is a folder for files that a scene needs, which goes when the window has closed.
    """

    application: QApplication
    bench: Workbench
    out: Path
    files: Path
    suffix: str
    only: tuple[str, ...]

    def wanted(self, name: str) -> bool:
        return not self.only or name in self.only

    def settle(self, least_ms: int = 200, most_ms: int = 30_000) -> None:
        """Runs the window until nothing is on its way to the screen."""
        loop, waited = QEventLoop(), [0]

        def look() -> None:
            waited[0] += 50
            if waited[0] >= least_ms and (not self.bench.busy or waited[0] >= most_ms):
                loop.quit()

        timer = QTimer()
        timer.timeout.connect(look)
        timer.start(50)
        loop.exec()
        timer.stop()

    def shoot(self, name: str, widget: QWidget | None = None) -> None:
        """Draws the window or a widget of its own into `name`-`suffix`.png."""
        if not self.wanted(name):
            return
        target = self.out / f"{name}-{self.suffix}.png"
        shown = widget or self.bench.shell.window
        if not shown.grab().save(str(target)):
            sys.exit(f"{target} could not be written")

    def do(self, action: str) -> None:
        self.bench.shell.window.actions_by_id[action].trigger()

    @property
    def example(self) -> Event:
        """The event that is selected: the demo's siren, else the longest one."""
        events = self.bench.session.document.events
        return max(events, key=lambda e: (e.label == LABEL, e.duration_s))

    def dialog(
        self,
        name: str,
        trigger: Callable[[], None],
        draw: Callable[[QDialog], None] | None = None,
    ) -> None:
        """Opens a dialog, draws it and closes it; some run an event loop of their own.

        `draw` draws more than its first page.
        """
        if not self.wanted(name):
            return
        before = set(_dialogs())
        seen: list[str] = []

        def look() -> None:
            new = [d for d in _dialogs() if d not in before]
            if not new:
                return
            timer.stop()
            self.settle(600, 20_000)
            self.shoot(name, new[-1])
            if draw is not None:
                draw(new[-1])
            seen.append(name)
            new[-1].reject()

        timer = QTimer()
        timer.timeout.connect(look)
        timer.start(100)
        trigger()
        self.settle(1000)
        for _ in range(40):
            if seen:
                break
            self.settle(250)
        timer.stop()
        if not seen:
            sys.exit(f"{name}: no dialog came")


def _dialogs() -> list[QDialog]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]


def start_page(studio: Studio) -> None:
    studio.settle()
    studio.shoot("start")


def open_one(studio: Studio) -> None:
    """Of a project the recording with most events; with weights its scores are waited for."""
    bench, document = studio.bench, studio.bench.session.document
    opened = bench.session.project.project
    if opened is not None and len(opened.recordings.all()) > 1:
        counts = opened.events.recording_counts(EventFilter())
        totals = {r: counts[r.id].total for r in opened.recordings.all() if r.id in counts}
        bench.open(opened.recordings.locate(max(totals, key=lambda r: totals[r])))
        studio.settle(1500)
    for _ in range(60):
        if document.state is AnalysisState.COMPLETE or bench.services.weights.path is None:
            break
        studio.settle(1000)
    studio.settle(1500)


def demo(studio: Studio) -> None:
    """The window with the demo, and each panel in front."""
    shell = studio.bench.shell
    studio.shoot("window")
    example = studio.example
    studio.bench.session.selection.select([example.id])
    studio.settle(800)
    studio.shoot("event-selected")
    studio.do("zoom_event")
    studio.settle(800)
    studio.shoot("event-zoomed")
    studio.do("zoom_all")
    for dock in shell.window.findChildren(QDockWidget):
        name = dock.objectName()
        picture = f"panel-{name.replace(' ', '-')}"
        if name in TABS or not name:
            continue
        if studio.wanted(picture):
            shell.window.show_panel(name)
            studio.settle(800)
            studio.shoot(picture, dock if dock.isFloating() else None)
            if name not in PANELS:
                dock.hide()
    for name, action in TABS.items():
        picture = f"panel-{name.replace(' ', '-')}"
        if studio.wanted(picture):
            studio.bench.session.selection.select([example.id])
            studio.do(action)
            studio.settle(8000 if name == "gallery" else 2500)
            dock = shell.window.findChild(QDockWidget, name)
            studio.shoot(picture, dock if dock is not None and dock.isFloating() else None)
            if dock is not None and name not in ("teach", "rules"):
                dock.hide()
    shell.window.show_panel("events")
    if studio.wanted("event-rows"):
        studio.do("event_rows")
        studio.settle(800)
        studio.shoot("event-rows")
        studio.do("event_rows")
    if studio.wanted("box-tool"):
        studio.do("box_tool")
        studio.bench.session.timeline.set_selection(
            TimeSpan(example.onset_s, example.offset_s), (1_000.0, 6_000.0)
        )
        studio.settle(800)
        studio.shoot("box-tool")
        studio.do("box_tool")
        studio.bench.session.timeline.set_selection(None)


def channels(studio: Studio) -> None:
    """The scores of one channel, where each was analysed on its own; here all have the same."""
    document = studio.bench.session.document
    recording = document.recording
    if not studio.wanted("channels") or recording is None or recording.info.channels < 2:
        return
    buffers = document.buffers
    table = buffers[0].table()
    each = range(recording.info.channels)
    document.set_scores(tuple(ScoreBuffer.of_table(replace(table, channel=c)) for c in each))
    document.show_channel(1)
    studio.bench.services.events.derive()
    studio.settle(1500)
    studio.shoot("channels")
    document.set_scores(buffers)
    studio.bench.services.events.derive()
    studio.settle(1500)


def project(studio: Studio) -> None:
    """The page of a project with some decisions."""
    if not studio.wanted("project-page"):
        return
    events = studio.bench.session.document.events
    for label, action in (("Speech", "accept"), ("Cricket", "accept"), ("Silence", "reject")):
        studio.bench.session.selection.select([e.id for e in events if e.label == label][:1])
        studio.do(action)
        studio.settle()
    studio.bench.services.projects.save_as(studio.files / "Garden.yamnet")
    studio.settle(1500)
    studio.do("project_page")
    studio.settle(1000)
    studio.shoot("project-page")


def day(studio: Studio) -> None:
    """A day of recordings: one of them on the timeline, the table of all, and the activity."""
    names = ("day-timeline", "day-table", "day-activity")
    if not any(map(studio.wanted, names)):
        return
    bench, document = studio.bench, studio.bench.session.document
    recording = document.recording
    if recording is None or not document.events:
        return
    folder = studio.files / "day"
    folder.mkdir()
    project_file, sound = make_day(folder, recording.info, document.shown.events)
    analysis = demo_analysis(recording.info)
    bench.session.settings.set("time_zone", "Europe/Berlin")
    bench.session.settings.set("clock_time", True)
    bench.open(project_file)
    studio.settle(1500)
    bench.open(sound)
    studio.settle(1500)
    bench.services.analysis.show(analysis)
    studio.settle(1500)
    bench.shell.notices.clear()
    studio.settle()
    studio.shoot("day-timeline")
    for name, panel, action in (
        ("day-table", "all events", "all_events"),
        ("day-activity", "activity", "activity"),
    ):
        studio.do(action)
        dock = bench.shell.window.findChild(QDockWidget, panel)
        if dock is not None:
            bench.shell.window.resizeDocks([dock], [_TALL], Qt.Orientation.Vertical)
        studio.settle(2500)
        studio.shoot(name, dock if dock is not None and dock.isFloating() else None)
    for key, usual in (("clock_time", False), ("time_zone", "")):
        bench.session.settings.set(key, usual)


def dialogs(studio: Studio) -> None:
    event = studio.example

    def settings_pages(dialog: QDialog) -> None:
        """Among them that of the analysis, with the channels and the closer look."""
        if isinstance(dialog, SettingsDialog):
            for row in range(1, dialog.pages.count()):
                dialog.pages.setCurrentRow(row)
                studio.settle()
                page = dialog.pages.item(row).text().lower().replace(" ", "-")
                studio.shoot(f"dialog-settings-{page}", dialog)

    for action in DIALOGS:
        studio.bench.session.selection.select([event.id])
        studio.settle()
        studio.dialog(
            f"dialog-{action.replace('_', '-')}",
            lambda name=action: studio.do(name),
            settings_pages,
        )
    table = studio.files / "demo.csv"
    table.write_text(TABLE)
    studio.dialog("dialog-import", lambda: studio.bench.open(table))


def tour(studio: Studio) -> None:
    feature = studio.bench.feature(TourFeature)
    feature.start()
    for number in range(1, 7):
        studio.settle(500)
        studio.shoot(f"tour-{number}")
        feature._onward()


def main() -> None:
    parser = argparse.ArgumentParser(description="Draws every panel and dialog of the window.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="1366x768")
    parser.add_argument("--theme", default="light", choices=("dark", "light"))
    parser.add_argument("--suffix", default="", help="ends the names of the pictures")
    parser.add_argument("--open", type=Path, help="a recording or project instead of the demo")
    parser.add_argument("--only", nargs="*", default=(), help="names of pictures")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    arguments = app.parse(["--size", asked.size, "--theme", asked.theme])
    application, bench = app.prepare(arguments)
    suffix = asked.suffix or f"{asked.size}-{asked.theme}"
    files = tempfile.TemporaryDirectory()
    studio = Studio(application, bench, asked.out, Path(files.name), suffix, tuple(asked.only))
    bench.session.settings.set("autoplay", False)
    bench.shell.window.show()
    try:
        start_page(studio)
        if asked.open:
            bench.open(asked.open)
        else:
            bench.open_demo()
        studio.settle(1500)
        open_one(studio)
        scenes = [demo, channels, dialogs, tour, project]
        for scene in scenes if asked.open else [*scenes, day]:
            scene(studio)
    finally:
        bench.shell.window.close()
        bench.close()
        files.cleanup()


if __name__ == "__main__":
    main()
