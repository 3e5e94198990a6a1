"""The settings, built from their table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.gui.state.settings import SETTINGS, Setting, Settings
from yamnet_gui.gui.widgets.buttons import DialogButtons, TickBox
from yamnet_gui.gui.widgets.number_box import NumberBox, WholeBox
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip

Choices = Sequence[tuple[str, str]]


class _Field:
    """The widget of one setting, with its value going in and out."""

    def __init__(self, setting: Setting, widget: QWidget) -> None:
        self.setting = setting
        self.widget = widget
        widget.setToolTip(plain_tip(setting.tip))
        widget.setAccessibleName(setting.title)
        widget.setAccessibleDescription(setting.tip)

    def value(self) -> Any:
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        raise NotImplementedError

    def on_change(self, call: Callable[[], None]) -> None:
        raise NotImplementedError


class _Tick(_Field):
    def __init__(self, setting: Setting, parent: QWidget) -> None:
        self.box = TickBox(setting.title, parent)
        super().__init__(setting, self.box)

    def value(self) -> bool:
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        self.box.setChecked(bool(value))

    def on_change(self, call: Callable[[], None]) -> None:
        self.box.toggled.connect(lambda: call())


class _Choice(_Field):
    def __init__(self, setting: Setting, choices: Choices, parent: QWidget) -> None:
        self.box = QComboBox(parent)
        for stored, shown in choices:
            self.box.addItem(shown, stored)
        self.box.setMinimumContentsLength(max((len(shown) for _, shown in choices), default=0) + 2)
        super().__init__(setting, self.box)

    def value(self) -> Any:
        return self.box.currentData()

    def set_value(self, value: Any) -> None:
        if self.box.findData(value) < 0:  # such as a sound device that is not plugged in
            self.box.addItem(f"{value} (not available)", value)
        self.box.setCurrentIndex(self.box.findData(value))

    def on_change(self, call: Callable[[], None]) -> None:
        self.box.currentIndexChanged.connect(lambda: call())


class _Number(_Field):
    def __init__(self, setting: Setting, parent: QWidget) -> None:
        self.box: QSpinBox | QDoubleSpinBox
        whole = isinstance(setting.default, int)
        box = WholeBox(parent) if whole else NumberBox(parent)
        low, high = setting.low, setting.high
        if high <= low:
            low, high = -1e6, 1e6
        if isinstance(box, QSpinBox):
            box.setRange(round(low), round(high))
        else:
            box.setDecimals(2)
            box.setRange(low, high)
            box.setSingleStep(1.0 if high - low > 10 else 0.1 if high - low > 1 else 0.01)
        self.box = box
        super().__init__(setting, box)

    def value(self) -> int | float:
        return self.box.value()

    def set_value(self, value: Any) -> None:
        self.box.setValue(value)

    def on_change(self, call: Callable[[], None]) -> None:
        self.box.valueChanged.connect(lambda: call())


class _Text(_Field):
    def __init__(self, setting: Setting, parent: QWidget) -> None:
        self.box = QLineEdit(parent)
        super().__init__(setting, self.box)

    def value(self) -> str:
        return self.box.text().strip()

    def set_value(self, value: Any) -> None:
        self.box.setText(str(value))

    def on_change(self, call: Callable[[], None]) -> None:
        self.box.textChanged.connect(lambda: call())


class SettingsDialog(QDialog):
    """A page for each group of settings; nothing is stored before OK or Apply.

    `choices` gives those that are only known while the program runs, such as sound devices, by
    the key of the setting: (stored value, the text shown).
    """

    def __init__(
        self,
        settings: Settings,
        choices: Mapping[str, Choices] | None = None,
        page: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self._settings = settings
        self._choices = dict(choices or {})
        self.fields: dict[str, _Field] = {}
        self.pages = QListWidget(self)
        self.pages.setAccessibleName("Pages")
        self._stack = QStackedWidget(self)
        for name in dict.fromkeys(s.page for s in SETTINGS):
            self.pages.addItem(name)
            self._stack.addWidget(self._page(name))
        room = 2 * self.pages.frameWidth() + self.fontMetrics().averageCharWidth() * 3
        self.pages.setFixedWidth(self.pages.sizeHintForColumn(0) + room)
        self.pages.currentRowChanged.connect(self._stack.setCurrentIndex)
        standard = QDialogButtonBox.StandardButton
        self.buttons = DialogButtons(
            standard.Ok | standard.Apply | standard.Cancel | standard.RestoreDefaults, self
        )
        self.apply_button = self.buttons.button(standard.Apply)
        self.buttons.accepted.connect(self._on_ok)
        self.buttons.rejected.connect(self.reject)
        self.apply_button.clicked.connect(self.apply)
        self.buttons.button(standard.RestoreDefaults).clicked.connect(self.restore_defaults)
        across = QHBoxLayout()
        across.addWidget(self.pages)
        across.addWidget(self._stack, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(across, 1)
        layout.addWidget(self.buttons)
        self._read()
        self.show_page(page)

    def show_page(self, name: str) -> None:
        """Turns to a page; to the first where there is none of this name."""
        items = self.pages.findItems(name, Qt.MatchFlag.MatchExactly) if name else []
        self.pages.setCurrentRow(self.pages.row(items[0]) if items else 0)

    def apply(self) -> None:
        """Stores what differs."""
        for key, field in self.fields.items():
            self._settings.set(key, field.value())
        self._on_changed()

    def restore_defaults(self) -> None:
        """Puts the usual values of the page that is shown into its fields."""
        item = self.pages.currentItem()
        for field in self.fields.values():
            if item is not None and field.setting.page == item.text():
                field.set_value(field.setting.default)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 110, metrics.height() * 24)

    def _page(self, name: str) -> QWidget:
        page = QWidget(self)
        form = QFormLayout(page)
        form.setContentsMargins(12, 4, 4, 4)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        for setting in SETTINGS:
            if setting.page != name:
                continue
            field = self._field(setting, page)
            self.fields[setting.key] = field
            field.on_change(self._on_changed)
            if isinstance(field, _Tick):
                form.addRow(field.widget)
            else:
                usual = self.fontMetrics().averageCharWidth() * 26
                field.widget.setMinimumWidth(max(usual, field.widget.sizeHint().width()))
                form.addRow(setting.title, field.widget)
            if setting.tip:
                tip = PlainLabel(setting.tip, page)
                tip.setWordWrap(True)
                tip.setMinimumWidth(self.fontMetrics().averageCharWidth() * 60)
                tip.setForegroundRole(QPalette.ColorRole.PlaceholderText)
                if isinstance(field, _Tick):
                    form.addRow(tip)
                else:
                    form.addRow("", tip)
        return page

    def _field(self, setting: Setting, parent: QWidget) -> _Field:
        choices = self._choices.get(setting.key, setting.choices)
        if choices:
            return _Choice(setting, choices, parent)
        if isinstance(setting.default, bool):
            return _Tick(setting, parent)
        if isinstance(setting.default, int | float):
            return _Number(setting, parent)
        return _Text(setting, parent)

    def _read(self) -> None:
        for key, field in self.fields.items():
            field.set_value(self._settings.value(key))
        self._on_changed()

    def _on_changed(self) -> None:
        differs = any(f.value() != self._settings.value(k) for k, f in self.fields.items())
        if hasattr(self, "apply_button"):
            self.apply_button.setEnabled(differs)

    def _on_ok(self) -> None:
        self.apply()
        self.accept()
