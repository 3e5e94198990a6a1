"""The rules of the selected class: the values in effect, and where they are inherited from."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.scores import DEFAULT_HOP_S
from yamnet_gui.detection import (
    EVERYTHING,
    RULE_PROPERTIES,
    Scope,
    inherited_from,
    inherited_rule,
    own_rule,
    scopes_of,
    with_rule,
    without_value,
)
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.gui.widgets.buttons import IconButton, TickBox
from yamnet_gui.gui.widgets.labels import ElidedLabel
from yamnet_gui.gui.widgets.number_box import NumberBox, ThresholdField
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.gui.widgets.scroll_column import ScrollColumn

_UNLIMITED = "no limit"
_UNSEEN_MS = 150


@dataclass(frozen=True, slots=True)
class _Field:
    """The editor of one value of a rule: its name in `Rule`, and what it means."""

    name: str
    tip: str
    most: float = 60.0
    step: float = 0.1
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        return RULE_PROPERTIES[self.name].title.capitalize()

    @property
    def unit(self) -> str:
        return RULE_PROPERTIES[self.name].unit


_FIELDS = (
    _Field("enabled", "Whether events of the class are detected at all"),
    _Field(
        "method",
        "How scores become events.\nTwo thresholds: an event extends from its peak down to the "
        "lower one.\nOne threshold: an event lasts while the score is above.\nBoxes: events are "
        "bounded where the score changes most; the threshold only selects.",
        choices=(("hysteresis", "2 thresholds"), ("plain", "1 threshold"), ("boxes", "Boxes")),
    ),
    _Field("on", "Score that an event must reach", 1.0, 0.05),
    _Field("off", "Score down to which an event extends", 1.0, 0.01),
    _Field(
        "smoothing_s",
        "Scores are averaged over this duration first",
        step=DEFAULT_HOP_S,
    ),
    _Field(
        "merge_gap_s",
        "Shorter gaps between events become part of the event",
    ),
    _Field("shortest_s", "Shorter events are left out"),
    _Field("longest_s", "Longer events are cut into equal parts", 86_400.0, 1.0),
    _Field("padding_s", "Added at both ends"),
    _Field(
        "cooldown_s",
        "Of events that are closer together, only the strongest stays",
        3600.0,
        1.0,
    ),
    _Field(
        "edges",
        "Where events begin and end: with the sound itself, or on frame boundaries",
        choices=(("refined", "As the sound"), ("plain", "On frames")),
    ),
)


class RulesPanel(QWidget):
    """Shows and changes the rules of one scope; `edited` carries the new rules."""

    edited = Signal(object)  # RuleSet
    set_chosen = Signal(str)
    menu_requested = Signal(object)  # QMenu to be filled
    apply_requested = Signal()

    def __init__(
        self,
        class_map: ClassMapState,
        class_view: ClassView,
        rules: Rules,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._class_map = class_map
        self._view = class_view
        self._rules = rules
        self._scopes: tuple[Scope, ...] = (EVERYTHING,)
        self._wide: Scope | None = None  # a branch or all classes, if the user chose them
        self._rows: dict[str, _Row] = {}
        self._build()
        class_view.chosen_changed.connect(self._on_chosen)
        rules.changed.connect(self._on_rules)
        self._later = Debounced(self, _UNSEEN_MS, self.refresh)
        self._on_chosen()

    @property
    def scope(self) -> Scope:
        """The scope whose rules are shown."""
        return self._scopes[max(0, self.scope_box.currentIndex())]

    def row(self, name: str) -> "_Row":
        """The row of a value of `Rule`."""
        self._catch_up()
        return self._rows[name]

    def show_sets(self, names: Sequence[str], own: Sequence[str]) -> None:
        """What can be chosen: presets, then rules that were saved."""
        with QSignalBlocker(self.sets):
            self.sets.clear()
            for name in names:
                self.sets.addItem(name.capitalize(), name)
            if own:
                self.sets.insertSeparator(self.sets.count())
                for name in own:
                    self.sets.addItem(name, name)

    def show_set(self, name: str, text: str) -> None:
        """Shows the name of the rules in use, or (`name` "") a text instead."""
        with QSignalBlocker(self.sets):
            self.sets.setPlaceholderText(text)
            self.sets.setCurrentIndex(self.sets.findData(name) if name else -1)

    def sizeHint(self) -> QSize:
        return QSize(280, 400)

    def refresh(self) -> None:
        """Shows the current rules."""
        self._later.stop()
        rules, scope = self._rules.rule_set, self.scope
        own = own_rule(rules, scope)
        below = inherited_rule(rules, scope, self._class_map.ontology)
        effective = own if scope == EVERYTHING else own.over(below)
        for field in _FIELDS:
            value = getattr(own, field.name)
            origin = inherited_from(rules, scope, field.name, self._class_map.ontology)
            if scope == EVERYTHING:
                value = None if value == getattr(below, field.name) else value
            text = "" if origin is None else "all" if origin == EVERYTHING else origin.name
            self._rows[field.name].show_value(
                getattr(effective, field.name), value is not None, text
            )
        plain = effective.method == "plain"
        self._rows["off"].set_usable(not plain and bool(effective.enabled))
        for name in _ROWS_OF_EVENTS:
            self._rows[name].set_usable(bool(effective.enabled))
        self._rows["longest_s"].set_usable(bool(effective.enabled) and effective.method != "boxes")
        self._rows["smoothing_s"].set_usable(
            bool(effective.enabled) and effective.method != "boxes"
        )

    @Slot()
    def _on_rules(self) -> None:
        """A threshold that is dragged changes the rules many times a second: what nobody sees, as
        behind the tab of another panel, follows less often."""
        if self.visibleRegion().isEmpty():
            self._later.start_once()
        else:
            self.refresh()

    def _catch_up(self) -> None:
        """Shows what has changed meanwhile: who edits a value sees at once what becomes of it."""
        if self._later.active:
            self.refresh()

    def _build(self) -> None:
        self.sets = QComboBox(self)
        self.sets.setAccessibleName("Rules")
        self.sets.setToolTip("Rules to start from, and those that were saved in the project")
        self.sets.setMinimumContentsLength(8)
        self.sets.activated.connect(lambda row: self.set_chosen.emit(self.sets.itemData(row)))
        self.more = IconButton("settings", "…", "Save, export, import or reset rules", self)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.more.setMenu(self._menu)
        self.scope_box = QComboBox(self)
        self.scope_box.setAccessibleName("Scope of the rules")
        self.scope_box.setToolTip(
            "Only the selected class, a branch of the ontology, or all classes"
        )
        self.scope_box.setMinimumContentsLength(8)
        self.scope_box.activated.connect(self._on_scope)
        inside = QWidget(self)
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for place, field in enumerate(_FIELDS):
            row = _Row(field, inside, self._moved, self._cleared)
            row.place(grid, place)
            self._rows[field.name] = row
        grid.setRowStretch(len(_FIELDS), 1)
        scroll = ScrollColumn(inside, self)
        self.apply = QPushButton("Apply to all recordings…", self)
        self.apply.setToolTip(
            "Previews what the rules would change in every analysed recording of the project"
        )
        self.apply.clicked.connect(self.apply_requested)
        top, second = QHBoxLayout(), QHBoxLayout()
        for line in (top, second):
            line.setSpacing(4)
        top.addWidget(self.sets, 1)
        top.addWidget(self.more)
        label = PlainLabel("For", self)
        label.setBuddy(self.scope_box)
        second.addWidget(label)
        second.addWidget(self.scope_box, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addLayout(second)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.apply)

    def _fill_menu(self) -> None:
        self._menu.clear()
        self.menu_requested.emit(self._menu)

    def _on_chosen(self) -> None:
        chosen = self._view.chosen
        if chosen is None or chosen >= len(self._class_map.value):
            self._scopes = (EVERYTHING,)
        else:
            self._scopes = scopes_of(chosen, self._class_map.value, self._class_map.ontology)
        with QSignalBlocker(self.scope_box):
            self.scope_box.clear()
            for scope in self._scopes:
                self.scope_box.addItem(_title(scope))
            # a user who edits the rules of all classes or of a branch stays there
            wide = self._wide if self._wide in self._scopes else None
            self.scope_box.setCurrentIndex(self._scopes.index(wide) if wide else 0)
        self.refresh()

    def _on_scope(self) -> None:
        self._wide = self.scope if self.scope.class_index is None else None
        self.refresh()

    def _moved(self, name: str, value: Any) -> None:
        rules, scope = self._rules.rule_set, self.scope
        rule = replace(own_rule(rules, scope), **{name: value})
        self.edited.emit(with_rule(rules, scope, rule, self._class_map.ontology))
        self._catch_up()

    def _cleared(self, name: str) -> None:
        scope = self.scope
        self.edited.emit(without_value(self._rules.rule_set, scope, name, self._class_map.ontology))
        self._catch_up()


_ROWS_OF_EVENTS = ("method", "on", "merge_gap_s", "shortest_s", "padding_s", "cooldown_s", "edges")


class _Row:
    """Label, editor, where the value is inherited from, and a button that resets it."""

    def __init__(
        self,
        field: _Field,
        parent: QWidget,
        moved: Callable[[str, Any], None],
        cleared: Callable[[str], None],
    ) -> None:
        self.field = field
        self._moved = moved
        self.label = PlainLabel(field.title, parent)
        self.origin = ElidedLabel("", parent, dim=True)
        self.origin.setMinimumWidth(1)  # the first to go where there is no room
        self.reset = IconButton("undo", "↺", f"{field.title}: as inherited", parent)
        self.reset.clicked.connect(lambda: cleared(field.name))
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.editor = self._make(parent)
        self.editor.setAccessibleName(field.title)
        self.label.setBuddy(self.editor)
        for widget in (self.label, self.editor):
            widget.setToolTip(plain_tip(field.tip))

    def place(self, grid: QGridLayout, row: int) -> None:
        for column, widget in enumerate((self.label, self.editor, self.origin, self.reset)):
            grid.addWidget(widget, row, column)

    def show_value(self, value: Any, own: bool, inherited_from: str) -> None:
        """Shows the value in effect, whether it is the scope's own, and its other origin."""
        with QSignalBlocker(self.editor):
            if isinstance(self.editor, QDoubleSpinBox):
                shown = 0.0 if value == math.inf else float(value)
                if abs(self.editor.value() - shown) > 1e-9 or not self.editor.hasFocus():
                    self.editor.setValue(shown)
            elif isinstance(self.editor, TickBox):
                self.editor.setChecked(bool(value))
                self.editor.setText("yes" if value else "none")
            elif isinstance(self.editor, QComboBox):
                self.editor.setCurrentIndex(self.editor.findData(value))
        role = QPalette.ColorRole.WindowText if own else QPalette.ColorRole.PlaceholderText
        self.label.setForegroundRole(role)
        self.origin.setText(
            "" if own else inherited_from,
            "" if own or not inherited_from else f"Inherited from {_origin(inherited_from)}",
        )
        self.reset.setVisible(own)
        back = f"as for {_origin(inherited_from)}" if inherited_from else "the default value"
        self.reset.setToolTip(plain_tip(f"{self.field.title}: {back}"))

    def set_usable(self, usable: bool) -> None:
        self.editor.setEnabled(usable)

    def _make(self, parent: QWidget) -> QWidget:
        field = self.field
        if field.name == "enabled":
            box = TickBox(parent)
            box.toggled.connect(lambda on: self._moved(field.name, on))
            return box
        if field.choices:
            combo = QComboBox(parent)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            for value, text in field.choices:
                combo.addItem(text, value)
            combo.activated.connect(lambda row: self._moved(field.name, combo.itemData(row)))
            return combo
        spin = NumberBox(parent) if field.unit else ThresholdField(parent)
        if field.unit:
            spin.setRange(0.0, field.most)
        spin.setSingleStep(field.step)
        spin.setKeyboardTracking(False)
        if field.unit:
            spin.setSuffix(f" {field.unit}")
        if field.name == "longest_s":
            spin.setSpecialValueText(_UNLIMITED)
        spin.valueChanged.connect(lambda value: self._moved(field.name, self._number(value)))
        return spin

    def _number(self, value: float) -> float:
        if self.field.name == "longest_s" and value <= 0:
            return math.inf
        return round(value, 3)


def _origin(name: str) -> str:
    return "all classes" if name == "all" else name


def _title(scope: Scope) -> str:
    return f"{scope.name} and below" if scope.mid else scope.name
