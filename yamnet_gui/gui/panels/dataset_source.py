"""Chooses what a panel looks through: the project, or a dataset beside it."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget

from yamnet_gui.core.text import percent
from yamnet_gui.gui.state.datasets import Datasets
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip

_PROJECT = "This project"


class DatasetSourceBar(QWidget):
    """A row at the top of a panel; not there where the project has no dataset beside it."""

    def __init__(self, datasets: Datasets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._datasets = datasets
        self.box = QComboBox(self)
        self.box.setAccessibleName("Look through")
        self.box.setMinimumContentsLength(10)
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.activated.connect(self._on_chosen)
        self.more = QToolButton(self)
        self.more.setText("⋯")
        self.more.setAccessibleName("Dataset")
        self.more.setToolTip("Check the dataset, say where its recordings are, or close it")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        label = PlainLabel("Look through", self)
        label.setBuddy(self.box)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label)
        layout.addWidget(self.box, 1)
        layout.addWidget(self.more)
        datasets.changed.connect(self._show)
        datasets.source_changed.connect(self._show)
        datasets.opened_changed.connect(self._show_tip)
        datasets.prepared_changed.connect(self._show_tip)
        self._show()

    def set_menu(self, menu: QMenu) -> None:
        """What can be done with the dataset beside looking through it."""
        self.more.setMenu(menu)

    def _show(self) -> None:
        self.box.clear()
        self.box.addItem(_PROJECT, None)
        source = self._datasets.source
        for dataset in self._datasets.attached:
            self.box.addItem(dataset.name, str(dataset.folder))
            tip = plain_tip(str(dataset.folder))
            self.box.setItemData(self.box.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        if source is not None:
            self.box.setCurrentIndex(self.box.findData(str(source.folder)))
        self.more.setVisible(source is not None)
        self.setVisible(bool(self._datasets.attached))
        self._show_tip()

    def _show_tip(self) -> None:
        source, opened = self._datasets.source, self._datasets.opened
        if source is None:
            text = "The events of this project, or of a dataset beside it"
        elif opened is None:
            text = f"{source.folder}\nOpening…"
        else:
            share = self._datasets.prepared
            faster = f"Being prepared for quick answers: {percent(share)}" if share < 1 else ""
            lines = (str(source.folder), opened.words, opened.problem, faster)
            text = "\n".join(line for line in lines if line)
        self.box.setToolTip(plain_tip(text))

    def _on_chosen(self, row: int) -> None:
        folder = self.box.itemData(row)
        self._datasets.choose(Path(folder) if folder is not None else None)
