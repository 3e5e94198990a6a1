"""Labels into the project: shown first, then one step that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir
from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.dialogs.review import ask_label
from yamnet_gui.gui.jobs.runner import JobRunner
from yamnet_gui.gui.panels.notices import NoticeKind

from .exporting import shown_labels
from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.dialogs.import_labels import ImportRequest
    from yamnet_gui.gui.jobs.importing import Imported
    from yamnet_gui.gui.workbench import Workbench
    from yamnet_gui.labels.project import Project

_KEY = "import"
LABEL_SUFFIXES = frozenset(
    {".txt", ".csv", ".tsv", ".jams", ".textgrid", ".eaf", ".json", ".vtt", ".srt", ".parquet"}
)
"""Endings of files that are taken for tables of labels when they are dropped on the window."""


class Importing(Feature):
    """Asks for tables, shows what they would change, and changes it when that is agreed."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._runner = JobRunner("import", workbench)
        self._waiting: list[Path] = []
        self._early: list[Path] = []
        workbench.projects.found.connect(self._on_found)
        workbench.projects.opened.connect(self._on_opened)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"import_labels": self.ask}

    @property
    def busy(self) -> bool:
        return self._runner.busy

    def close(self) -> None:
        """Lets an import that runs come to its end: it is one transaction."""
        self.close_dialog()
        self._runner.close(finish=True)

    def take_dropped(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Imports the tables of labels among dropped files; gives back the other files."""
        tables = [p for p in paths if p.suffix.lower() in LABEL_SUFFIXES and p.is_file()]
        rest = [p for p in paths if p not in tables]
        if tables and rest:
            self._waiting = tables  # for the recording that comes along with them
        elif tables:
            self.import_tables(tables)
        return rest

    def _on_found(self) -> None:
        if self._waiting:
            tables, self._waiting = self._waiting, []
            self.import_tables(tables)

    def _on_opened(self) -> None:
        if self._early:
            tables, self._early = self._early, []
            self.import_tables(tables)

    def ask(self) -> None:
        """Lets a person choose tables."""
        settings = self._bench.settings
        folder = settings.folder("imports") or settings.folder("exports") or QDir.homePath()
        patterns = " ".join(f"*{suffix}" for suffix in sorted(LABEL_SUFFIXES | {".TextGrid"}))
        names, _chosen = QFileDialog.getOpenFileNames(
            self._bench.window, "Import labels", folder, f"Labels ({patterns});;All files (*)"
        )
        if names:
            settings.remember_folder(Path(names[0]).parent, "imports")
            self.import_tables([Path(name) for name in names])

    def import_tables(self, tables: Sequence[Path]) -> None:
        """Shows what these would change; does it when that is agreed."""
        from yamnet_gui.gui.dialogs.import_labels import ImportDialog

        bench = self._bench
        project = bench.project.project
        if project is None:  # it is still being opened
            self._early = list(tables)
            return
        dialog = ImportDialog(project, tables, shown_labels(bench), self._ask_class, bench.window)

        def accepted() -> None:
            if dialog.request is not None:
                self._import(project, dialog.request)

        self.open_dialog(dialog, accepted)

    def _import(self, project: Project, request: ImportRequest) -> None:
        from yamnet_gui.gui.jobs.importing import ImportJob

        self._bench.notices.show_notice(NoticeKind.INFO, f"{_sentence(request.title)}…", key=_KEY)
        self._runner.submit(
            ImportJob(
                project,
                request.plan,
                request.title,
                request.conflicts,
                request.single,
                request.add_missing,
            ),
            on_result=self._imported,
            on_failed=self._failed,
        )

    def _ask_class(self, label: str, near: Sequence[str]) -> str | None:
        bench = self._bench
        choice = ask_label(
            bench.class_map, bench.ontology, f"Import “{label}” as", near, bench.window
        )
        return choice.label if choice is not None else None

    def _imported(self, imported: Imported) -> None:
        bench = self._bench
        for path in imported.added:
            bench.recordings.add_file(path)
        bench.projects.count()
        undo = bench.window.actions_by_id["undo"]
        changes = f"{imported.changes} change{'' if imported.changes == 1 else 's'}"
        bench.notices.show_notice(
            NoticeKind.INFO,
            f"{_sentence(imported.title)}: {changes} made, as one step.",
            [("Undo", undo.trigger)],
            key=_KEY,
            seconds=20,
        )

    def _failed(self, error: UserError) -> None:
        self._bench.notices.clear(_KEY)
        self._bench.show_error(error)


def _sentence(text: str) -> str:
    """With a capital, file names left as they are."""
    return text[:1].upper() + text[1:]
