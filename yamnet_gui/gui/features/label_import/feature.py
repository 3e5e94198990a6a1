"""Importing labels: previewed first, then a single step that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir
from PySide6.QtWidgets import QFileDialog

from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import counted
from yamnet_gui.gui.background.runner import JobRunner
from yamnet_gui.gui.dialogs.questions import ask_label
from yamnet_gui.gui.features.export.feature import shown_labels
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.widgets.notices import NoticeKind

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.labels.project import Project

    from .dialog import ImportRequest
    from .jobs import Imported

_KEY = "import"


class ImportFeature(Feature):
    """Asks for tables, previews what they would change, and imports them if accepted."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_map = context.session.class_map
        self._document = context.session.document
        self._project = context.session.project
        self._settings = context.session.settings
        self._project_manager = context.services.projects
        self._notices = context.shell.notices
        self._recordings_panel = context.shell.recordings
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        self._runner = JobRunner("import", self)
        self._waiting: list[Path] = []
        self._early: list[Path] = []
        self._project_manager.recording_found.connect(self._on_recording_found)
        self._project_manager.opened.connect(self._on_opened)

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {"import_labels": self.ask}

    @property
    def busy(self) -> bool:
        return self._runner.busy

    def close(self) -> None:
        self.close_dialog()
        self._runner.close()

    def take_dropped(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Imports the tables of labels among dropped files; returns the other files."""
        tables = [p for p in paths if _is_table(p)]
        rest = [p for p in paths if p not in tables]
        if tables and rest:
            self._waiting = tables  # for the recording that comes along with them
        elif tables:
            self.import_tables(tables)
        return rest

    def _on_recording_found(self) -> None:
        if self._waiting:
            tables, self._waiting = self._waiting, []
            self.import_tables(tables)

    def _on_opened(self) -> None:
        if self._early:
            tables, self._early = self._early, []
            self.import_tables(tables)

    def ask(self) -> None:
        """Lets the user choose tables."""
        from yamnet_gui.labels.formats import readable_suffixes

        settings = self._settings
        folder = settings.folder("imports") or settings.folder("exports") or QDir.homePath()
        patterns = " ".join(f"*{suffix}" for suffix in sorted(readable_suffixes() | {".TextGrid"}))
        names, _chosen = QFileDialog.getOpenFileNames(
            self._window, "Import labels", folder, f"Labels ({patterns});;All files (*)"
        )
        if names:
            settings.remember_folder(Path(names[0]).parent, "imports")
            self.import_tables([Path(name) for name in names])

    def import_tables(self, tables: Sequence[Path]) -> None:
        """Previews what these would change; imports them if accepted."""
        from .dialog import ImportDialog

        project = self._project.project
        if project is None:  # it is still being opened
            self._early = list(tables)
            return
        dialog = ImportDialog(
            project, tables, shown_labels(self._document), self._ask_class, self._window
        )

        def accepted() -> None:
            if dialog.request is not None:
                self._import(project, dialog.request)

        self.open_dialog(dialog, accepted)

    def _import(self, project: Project, request: ImportRequest) -> None:
        from .jobs import ImportJob

        self._notices.show_notice(NoticeKind.INFO, f"{_sentence(request.title)}…", key=_KEY)
        self._runner.submit(
            ImportJob(
                project,
                request.plan,
                request.title,
                request.conflicts,
                request.single,
                request.adding,
                request.doubtful,
            ),
            on_result=self._on_imported,
            on_failed=self._on_failed,
            finish=True,
        )

    def _ask_class(self, label: str, near: Sequence[str]) -> str | None:
        classes, ontology = self._class_map.value, self._class_map.ontology
        choice = ask_label(classes, ontology, f"Import “{label}” as", near, self._window)
        return choice.label if choice is not None else None

    def _on_imported(self, imported: Imported) -> None:
        for path in imported.added:
            self._recordings_panel.add_file(path)
        self._project_manager.count()
        undo = self._window.actions_by_id["undo"]
        changes = counted(imported.changes, "change")
        self._notices.show_notice(
            NoticeKind.INFO,
            f"{_sentence(imported.title)}: {changes}. This is one step of undo.",
            [("Undo", undo.trigger)],
            key=_KEY,
            seconds=20,
        )

    def _on_failed(self, error: UserError) -> None:
        self._notices.clear(_KEY)
        self._show_error(error)


def _is_table(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in SOUND_SUFFIXES:  # known before the formats, which take long to import, are asked
        return False
    from yamnet_gui.labels.formats import readable_suffixes

    return suffix in readable_suffixes() and path.is_file()


def _sentence(text: str) -> str:
    """The text with a capital first letter; others stay, because of file names."""
    return text[:1].upper() + text[1:]
