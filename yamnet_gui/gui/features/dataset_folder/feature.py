"""Datasets beside the project: opened, chosen, checked, looked for and closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import ProjectError, UserError
from yamnet_gui.core.files import is_folder
from yamnet_gui.core.storage.notation import is_stored
from yamnet_gui.core.text import counted, printable
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.gui.widgets.plain_text import without_access_key
from yamnet_gui.labels.project import Command, Project
from yamnet_gui.labels.project.attached_datasets import (
    AttachedDataset,
    attach,
    detach,
    move,
)

if TYPE_CHECKING:
    from yamnet_gui.dataset import Finding
    from yamnet_gui.gui.context import Context

_NAMED = 20
"""Findings of a check whose details are listed."""


class DatasetFolder(Feature):
    """Keeps the menu of datasets, and does what it offers."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._datasets = context.session.datasets
        self._project = context.session.project
        self._settings = context.session.settings
        self._questions = context.services.datasets
        self._window = context.shell.window
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._checking = LatestJob("check of a dataset", self, self._on_unchecked)
        self._waiting: Path | None = None  # opened before there was a project
        self._menu = self._window.menus["Dataset"]
        self._menu.aboutToShow.connect(self._fill)
        self._datasets.changed.connect(self._fill)
        self._questions.failed.connect(self._on_unopened)
        self._questions.reopened.connect(self._on_reopened)
        context.services.dataset_recordings.missing.connect(self._on_recording_missing)
        self._project.project_changed.connect(self._on_project)
        self._fill()

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"open_dataset": self.ask}

    @property
    def busy(self) -> bool:
        return self._checking.busy or self._waiting is not None

    def close(self) -> None:
        self._waiting = None
        self._checking.close()

    def take_dropped(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Opens a folder that is a dataset, if it comes alone."""
        from yamnet_gui.dataset.info import is_dataset

        if len(paths) == 1 and is_dataset(paths[0]):
            self.show(paths[0])
            return []
        return paths

    def ask(self) -> None:
        """Lets the user choose the folder of a dataset."""
        folder = self._ask_folder("Open dataset")
        if folder is not None:
            self.show(folder)

    def show(self, folder: Path) -> None:
        """Puts a dataset beside the project, and looks through it."""
        from yamnet_gui.dataset.info import read_info

        project = self._project.project
        if project is None:
            self._waiting = folder
            return
        folder = folder if is_stored(folder) else folder.absolute()
        try:
            read_info(folder)
        except UserError as error:
            self._show_error(error)
            return
        if not any(one.folder == folder for one in self._datasets.attached):
            self._remember(AttachedDataset(folder))
        self._datasets.choose(folder)
        self._window.show_panel("all events")

    def leave(self) -> None:
        """Takes the dataset that is looked through away from the project."""
        source, project = self._datasets.source, self._project.project
        if source is None or project is None:
            return
        self._datasets.drop(source.folder)
        if self._datasets.source is not None:
            self._apply(partial(detach, folder=source.folder))

    def check(self) -> None:
        """Reads every byte of the dataset that is looked through, in the background."""
        from .jobs import CheckJob

        source = self._datasets.source
        if source is None:
            return

        def on_checked(findings: tuple[Finding, ...]) -> None:
            self._show_findings(source, findings)

        self._notices.show_notice(
            NoticeKind.INFO,
            f"Checking {printable(source.name)}: all of its files are read.",
            [("Cancel", self._checking.cancel)],
            key="check",
        )
        self._checking.run(CheckJob(source.folder), on_checked)

    def ask_recordings(self, file: str = "") -> None:
        """Lets the user say in which folder the recordings of the dataset are."""
        source = self._datasets.source
        if source is None:
            return
        if file:
            self._find_recordings(source, file)
            return
        from .jobs import FirstFileJob

        self._questions.ask(
            lambda opened: FirstFileJob(opened.events),  # any recording tells
            lambda found: self._find_recordings(source, found),
            self._show_error,
        )

    def _find_recordings(self, source: AttachedDataset, file: str) -> None:
        folder = self._ask_folder(f"Where is {Path(file).name}? Choose the folder of recordings")
        if folder is None:
            return
        found = source.found_in(file, folder)
        if found is None:
            reason = f"holds no {Path(file).name} as the dataset has it"
            self._show_error(UserError(folder, reason, "choose a folder above it"))
        else:
            self._remember(found)

    def _remember(self, dataset: AttachedDataset) -> None:
        project = self._project.project
        if project is not None and project.read_only:
            self._datasets.hold(dataset)
            self._show_message(
                "The project is open read-only: the window forgets the dataset with it."
            )
        else:
            self._apply(partial(attach, dataset=dataset))

    def _apply(self, command: Callable[[Project], Command]) -> None:
        try:
            self._project.apply(command(self._project.writable()))
        except ProjectError as error:
            self._show_error(error)

    def _ask_folder(self, title: str) -> Path | None:
        name = QFileDialog.getExistingDirectory(self._window, title, self._settings.folder())
        return Path(name) if name else None

    @Slot()
    def _on_project(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and self._project.project is not None:
            self.show(waiting)
        elif waiting is not None:
            self._waiting = waiting

    @Slot()
    def _fill(self) -> None:
        menu, source = self._menu, self._datasets.source
        menu.clear()
        menu.setEnabled(bool(self._datasets.attached))
        for name, folder in (
            ("This project", None),
            *((without_access_key(one.name), one.folder) for one in self._datasets.attached),
        ):
            entry = menu.addAction(name, partial(self._choose, folder))
            entry.setCheckable(True)
            entry.setChecked(folder == (source.folder if source is not None else None))
        menu.addSeparator()
        for text, act in (
            ("Check all files", self.check),
            ("Say where its recordings are…", self.ask_recordings),
            ("Close dataset", self.leave),
        ):
            menu.addAction(text, partial(act)).setEnabled(source is not None)

    def _choose(self, folder: Path | None, _checked: bool = False) -> None:
        self._datasets.choose(folder)
        self._window.show_panel("all events")

    @Slot(object, object)
    def _on_unopened(self, dataset: AttachedDataset, error: UserError) -> None:
        """One sentence; a folder that is not there can be looked for."""
        forget = ("Close dataset", partial(self._forget, dataset))
        if is_stored(dataset.folder):  # the window does not wait for the server's answer
            self._notices.show_notice(NoticeKind.WARNING, str(error), [forget], key="dataset")
        elif is_folder(dataset.folder):
            self._show_error(error)
        else:
            self._notices.show_notice(
                NoticeKind.WARNING,
                f"The dataset {printable(dataset.folder)} is not there.",
                [("Look for it…", partial(self._look_for, dataset)), forget],
                key="dataset",
            )

    def _look_for(self, dataset: AttachedDataset) -> None:
        from yamnet_gui.dataset.info import read_info

        folder = self._ask_folder(f"Where is the dataset {dataset.name}?")
        if folder is None:
            return
        try:
            read_info(folder)
        except UserError as error:
            self._show_error(error)
            return
        self._apply(partial(move, folder=dataset.folder, to=folder))
        self._datasets.choose(folder)

    def _forget(self, dataset: AttachedDataset) -> None:
        self._datasets.drop(dataset.folder)
        self._apply(partial(detach, folder=dataset.folder))

    @Slot(str)
    def _on_reopened(self, name: str) -> None:
        self._show_message(f"The files of {name} have changed; it was opened again.")

    @Slot(str)
    def _on_recording_missing(self, file: str) -> None:
        source = self._datasets.source
        if source is not None:
            self._notices.show_notice(
                NoticeKind.WARNING,
                f"{printable(source.locate(file))} is not there: the recordings of this dataset "
                "are elsewhere.",
                [("Choose their folder…", partial(self.ask_recordings, file))],
                key="dataset recordings",
            )

    def _show_findings(self, source: AttachedDataset, findings: tuple[Finding, ...]) -> None:
        self._notices.clear("check")
        name = printable(source.name)
        if not findings:
            self._notices.show_notice(
                NoticeKind.INFO, f"{name} is whole: all checksums and rows are right.", key="check"
            )
            return
        first = findings[0]
        more = f"; {counted(len(findings), 'finding')} in all" if len(findings) > 1 else ""
        self._notices.show_notice(
            NoticeKind.ERROR if any(f.damage for f in findings) else NoticeKind.WARNING,
            f"{name}: {printable(first.subject)} {first.reason}{more}.",
            details="\n".join(f"{printable(f.subject)} {f.reason}" for f in findings[:_NAMED]),
            key="check",
        )

    def _on_unchecked(self, error: UserError) -> None:
        self._notices.clear("check")
        self._show_error(error)
