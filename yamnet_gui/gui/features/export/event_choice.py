"""Which events are exported: of this recording or the project, by class, state and score."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QWidget,
)

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import LabelledRecording, ReviewState
from yamnet_gui.core.text import counted, grouped, part_of
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.dialogs.pick_list import PickListDialog
from yamnet_gui.gui.panels.event_table_model import STATE_WORDS
from yamnet_gui.gui.theme import state_mark
from yamnet_gui.gui.widgets.buttons import TickBox
from yamnet_gui.gui.widgets.channel_box import ChannelBox
from yamnet_gui.gui.widgets.elided_box import ElidedBox
from yamnet_gui.gui.widgets.file_names import short_name
from yamnet_gui.gui.widgets.number_box import NumberBox
from yamnet_gui.gui.widgets.other_rules_note import OtherRulesNote
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.labels.exchange.export import Depth, ExportChoice
from yamnet_gui.labels.project import EventFilter, Project

from .jobs import Loaded, LoadJob, channels_of


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be exported.

    `shown`: the open recording as shown in the window. `selected`, `listed`: ids of its events that
    are selected, and that pass the filter of the table (None: no filter). `ticked`: classes that
    are ticked. `project` holds `recordings` recordings; `rows` are its events that are selected in
    the table of all events, `filtered` what that lists, and how many these are (None: all).
    `one_per_sound`: the window shows one event for one sound. `provisional`: a closer look at the
    open recording goes on, which still changes its events.
    `other_rules` says that recordings have events of other rules, and `apply_rules` applies them.
    """

    shown: LabelledRecording | None = None
    project: Project | None = None
    recordings: int = 0
    selected: frozenset[str] = frozenset()
    listed: frozenset[str] | None = None
    ticked: frozenset[int] = frozenset()
    rows: tuple[int, ...] = ()
    filtered: tuple[EventFilter, int] | None = None
    one_per_sound: bool = False
    provisional: bool = False
    other_rules: str = ""
    apply_rules: Callable[[], object] = bool

    @property
    def several(self) -> bool:
        """Whether the project has more than the open recording."""
        return self.project is not None and (self.recordings > 1 or self.shown is None)


_DEPTHS = (
    (Depth.AS_IS, "Labels as they are"),
    (Depth.LEAF, "Only the most specific classes"),
    (Depth.ANCESTORS, "Also their parent classes"),
)


_ONE_PER_SOUND = (
    "As the tables show it: not also broader classes of the same sound, and no Silence. Classes "
    "and events that you choose are exported in any case; so is all that you reviewed or changed."
)

_PROVISIONAL = (
    "⚠ A closer look goes on: these events are\nprovisional. It ends with the progress bar."
)
_PROVISIONAL_TIP = (
    "The program still looks closer at doubtful peaks of the open recording: events that nobody"
    " touched may still change or go.\nHere they are as they were when this dialog was opened."
)


class EventChoice(QWidget):
    """The fields of an `ExportChoice`; the project's labels are read when they are needed.

    `recordings` is empty while they are read.
    """

    changed = Signal()
    loading = Signal(str)  # progress in words; "" when everything is loaded
    failed = Signal(object)  # UserError

    def __init__(
        self, offered: Offered, class_map: ClassMap, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._offered = offered
        self._class_map = class_map
        self._loaded: tuple[LabelledRecording, ...] | None = None
        self._of_project: dict[str, frozenset[tuple[Path, str]]] = {}
        self._labels: frozenset[str] | None = None
        self._files: frozenset[str] | None = None
        self._channels_of_project: frozenset[int | None] = frozenset()
        self._background = LatestJob("labels", self)
        self._build()
        self._on_scope()

    @property
    def recordings(self) -> tuple[LabelledRecording, ...]:
        """Those of the scope, with all their events."""
        if self.whole_project:
            return self._loaded or ()
        return (self._offered.shown,) if self._offered.shown is not None else ()

    @property
    def ready(self) -> bool:
        """Whether the labels of the scope are loaded."""
        return not self.whole_project or self._loaded is not None

    @property
    def whole_project(self) -> bool:
        return bool(self.scope.currentData() == "project")

    @property
    def choice(self) -> ExportChoice:
        """The current choice."""
        shown = self._offered.shown
        ids = {"selected": self._offered.selected, "listed": self._offered.listed}
        chosen = ids.get(self.which.currentData()) if not self.whole_project else None
        path = shown.recording.path if shown is not None else Path()
        events = None if chosen is None else frozenset((path, i) for i in chosen)
        if self.whole_project:
            events = self._of_project.get(self.which_rows.currentData())
        low, high = self.low.value(), self.high.value()
        return ExportChoice(
            recordings=self._paths(),
            labels=self._chosen_labels(),
            states=frozenset(s for s, box in self.states.items() if box.isChecked()),
            min_score=low if low > 0 else None,
            max_score=high if high < 1 else None,
            events=events,
            depth=Depth(self.hierarchy.currentData()),
            one_per_sound=self.one_per_sound.isChecked(),
            channels=self.channels.value,
        )

    def close_work(self) -> None:
        """Stops background work before the dialog closes."""
        self._background.close()

    def pick_labels(self, labels: Collection[str]) -> None:
        """Only these labels."""
        self._labels = frozenset(labels)
        self._name_pick(self.classes, "labels", len(self._labels))

    def pick_files(self, names: Collection[str]) -> None:
        """Only these recordings, by their paths."""
        self._files = frozenset(names)
        self._name_pick(self.which_files, "recordings", len(self._files))

    def offer_events(self, offered: bool) -> None:
        """Whether events can be chosen; else only recordings."""
        boxes: tuple[QWidget, ...] = (
            self.which, self.which_rows, self.classes, self.low, self.high, self.hierarchy,
            self.one_per_sound, self.channels, *self.states.values(),
        )  # fmt: skip
        for box in boxes:
            box.setEnabled(offered)

    # Building

    def _build(self) -> None:
        offered = self._offered
        scopes = []
        if offered.shown is not None:
            scopes.append(
                ("shown", f"This recording ({short_name(offered.shown.recording.path.name)})")
            )
        if offered.several:
            scopes.append(("project", f"The project ({counted(offered.recordings, 'recording')})"))
        self.scope = self._box("Recordings", scopes, self._on_scope)
        if offered.shown is not None:
            self.scope.setItemData(
                0, plain_tip(str(offered.shown.recording.path)), Qt.ItemDataRole.ToolTipRole
            )
        self.which_files = self._box("Which recordings", [("all", "All"), ("pick", "Choose…")])
        self.which_files.activated.connect(
            lambda _row: self._on_pick(self.which_files, self._ask_files)
        )
        total = len(offered.shown.events) if offered.shown is not None else 0
        which = [("all", "All")]
        if offered.listed is not None and len(offered.listed) != total:
            which.append(("listed", f"Filtered ({grouped(len(offered.listed))})"))
        if offered.selected:
            which.append(("selected", f"Selected ({grouped(len(offered.selected))})"))
        self.which = self._box("Which events", which)
        rows = [("all", "All")]
        if offered.filtered is not None:
            rows.append(("listed", f"Filtered in All events ({grouped(offered.filtered[1])})"))
        if offered.rows:
            rows.append(("selected", f"Selected in All events ({grouped(len(offered.rows))})"))
        self.which_rows = self._box("Which events of the project", rows)
        classes = [("all", "All")]
        if offered.ticked:
            classes.append(("ticked", f"Ticked ({grouped(len(offered.ticked))})"))
        classes.append(("pick", "Choose…"))
        self.classes = self._box("Which classes", classes)
        self.classes.activated.connect(lambda _row: self._on_pick(self.classes, self._ask_labels))
        self.channels = ChannelBox(self)
        self.channels.setToolTip("Export only events of this channel")
        self.channels.chosen.connect(self.changed)
        self.states = {state: TickBox(self) for state in ReviewState}
        states = QGridLayout()
        states.setContentsMargins(0, 0, 0, 0)
        for n, (state, box) in enumerate(self.states.items()):
            box.setText(f"{state_mark(state)} {STATE_WORDS[state]}")
            box.setChecked(state is not ReviewState.REJECTED)
            box.toggled.connect(self.changed)
            states.addWidget(box, n // 2, n % 2)
        self.low, self.high = _score_box("Minimum score", 0.0), _score_box("Maximum score", 1.0)
        for bound in (self.low, self.high):
            bound.valueChanged.connect(self.changed)
        scores = QHBoxLayout()
        scores.addWidget(self.low)
        scores.addWidget(PlainLabel("to", self))
        scores.addWidget(self.high)
        scores.addStretch(1)
        tip = (
            "Highest score of the event. Of events without a score, only those that a user created "
            "are exported. A quiet part of a longer event (↓ in the tables) may score less than "
            "the threshold: with that as the minimum, such parts are left out."
        )
        self.low.setToolTip(plain_tip(tip))
        self.high.setToolTip(plain_tip(tip))
        self.hierarchy = self._box("Hierarchy", [(d.value, text) for d, text in _DEPTHS])
        self.one_per_sound = TickBox(self)
        self.one_per_sound.setText("One event for one sound")
        self.one_per_sound.setToolTip(plain_tip(_ONE_PER_SOUND))
        self.one_per_sound.setChecked(offered.one_per_sound)
        self.one_per_sound.toggled.connect(self.changed)
        self.provisional = PlainLabel(_PROVISIONAL, self)
        self.provisional.setToolTip(plain_tip(_PROVISIONAL_TIP))
        self.other_rules = OtherRulesNote(self)
        self.other_rules.clicked.connect(self._apply_rules)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Fro&m", self.scope)
        form.addRow("Recordings", self.which_files)
        form.addRow("&Events", self.which)
        form.addRow("&Events", self.which_rows)
        form.addRow("&Classes", self.classes)
        form.addRow("Channels", self.channels)
        form.addRow("States", states)
        form.addRow("Scores", scores)
        form.addRow("&Hierarchy", self.hierarchy)
        form.addRow("", self.one_per_sound)
        form.addRow(self.provisional)
        form.addRow(self.other_rules)
        self._form = form

    def _box(
        self,
        name: str,
        choices: Sequence[tuple[str, str]],
        changed: Callable[[], None] | None = None,
    ) -> QComboBox:
        box = ElidedBox(self)
        box.setAccessibleName(name)
        box.setMinimumContentsLength(22)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for stored, shown in choices:
            box.addItem(shown, stored)
        box.currentIndexChanged.connect(changed or self.changed)
        return box

    # The choice

    def _on_scope(self) -> None:
        """Reads the project's labels when they are first needed."""
        self._form.setRowVisible(self.provisional, self._offered.provisional)
        others = self._offered.other_rules if self.whole_project else ""
        self.other_rules.show_text(others)
        self._form.setRowVisible(self.other_rules, bool(others))
        self._form.setRowVisible(self.which_files, self.whole_project)
        self._form.setRowVisible(self.which, not self.whole_project)
        self._form.setRowVisible(
            self.which_rows, self.whole_project and self.which_rows.count() > 1
        )
        self._offer_channels()
        project = self._offered.project
        needed = self.whole_project and self._loaded is None and not self._background.busy
        if needed and project is not None:
            self.loading.emit("Reading the project…")
            wanted = self._offered.filtered[0] if self._offered.filtered is not None else None
            job = LoadJob(project, self._offered.shown, self._offered.rows, wanted)
            self._background.run(job, self._on_loaded, self._on_failed)
        self.changed.emit()

    def _on_loaded(self, loaded: Loaded) -> None:
        if loaded.recordings is None:
            self.loading.emit(
                f"Reading the project: {part_of(loaded.done, loaded.total, 'recording')}"
            )
            return
        self._loaded = loaded.recordings
        self._of_project = {"selected": loaded.selected, "listed": loaded.listed}
        self._channels_of_project = loaded.channels
        self._offer_channels()
        self.loading.emit("")
        self.changed.emit()

    def _on_failed(self, error: UserError) -> None:
        self.failed.emit(error)

    def _offer_channels(self) -> None:
        there = self._channels_of_project
        if not self.whole_project:
            there = channels_of(self.recordings)
        self.channels.offer(there)
        self._form.setRowVisible(self.channels, self.channels.count() > 1)

    def _apply_rules(self) -> None:
        """Leaves the dialog: the events that it holds are those from before."""
        dialog = self.window()
        if isinstance(dialog, QDialog):
            dialog.reject()
        self._offered.apply_rules()

    def _paths(self) -> frozenset[Path] | None:
        if (
            not self.whole_project
            or self.which_files.currentData() != "pick"
            or self._files is None
        ):
            return None
        return frozenset(Path(name) for name in self._files)

    def _chosen_labels(self) -> frozenset[str] | None:
        kind = self.classes.currentData()
        if kind == "ticked":
            return frozenset(self._class_map[i].name for i in self._offered.ticked)
        return self._labels if kind == "pick" else None

    # Picking

    def _on_pick(self, box: QComboBox, ask: Callable[[], bool]) -> None:
        if box.currentData() == "pick" and not ask():
            picked = self._labels if box is self.classes else self._files
            if picked is None:
                box.setCurrentIndex(0)

    def _ask_labels(self) -> bool:
        everything = replace(self.choice, labels=None)
        counts: dict[str, int] = {}
        for recording in self.recordings:
            for event in recording.events:
                if everything.allows(recording.recording.path, event):
                    counts[event.label] = counts.get(event.label, 0) + 1
        ordered = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
        picked = _pick("Labels to export", ordered, self._labels, self)
        if picked is not None:
            self.pick_labels(picked)
        return picked is not None

    def _ask_files(self) -> bool:
        counts = {str(r.recording.path): len(r.events) for r in self.recordings}
        picked = _pick("Recordings to export", counts, self._files, self)
        if picked is not None:
            self.pick_files(picked)
        return picked is not None

    def _name_pick(self, box: QComboBox, what: str, count: int) -> None:
        row = box.findData("pick")
        box.setItemText(row, f"{grouped(count)} chosen {what}…")
        box.setCurrentIndex(row)
        self.changed.emit()


def _score_box(name: str, value: float) -> QDoubleSpinBox:
    box = NumberBox()
    box.setRange(0.0, 1.0)
    box.setSingleStep(0.05)
    box.setDecimals(2)
    box.setValue(value)
    box.setAccessibleName(name)
    return box


def _pick(
    title: str, names: dict[str, int], before: frozenset[str] | None, parent: QWidget
) -> frozenset[str] | None:
    """Asks which of these (with their numbers of events) to export; None if cancelled."""
    dialog = PickListDialog(title, names, names if before is None else before, parent)
    try:
        return dialog.picked if dialog.exec() == PickListDialog.DialogCode.Accepted else None
    finally:
        dialog.deleteLater()
