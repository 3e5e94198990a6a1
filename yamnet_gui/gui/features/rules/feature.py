"""Rules that turn scores into events: their panel, and where the project keeps them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu

from yamnet_gui.analysis.rule_choice import rules_by_name
from yamnet_gui.core.errors import UserError
from yamnet_gui.detection import PRESETS, RuleSet, load_rules, preset, save_rules
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobRunner
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.labels.project import StoredRules

from . import rules_persistence as kept_rules
from .panel import RulesPanel

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.quality.rule_preview import RulesPreview

    from .dialog import ApplyRulesDialog

_SAVED_AFTER_MS = 400
_PATTERN = "Rules (*.json);;All files (*)"


class RulesFeature(Feature):
    """Shows the rules, and keeps them in the project as steps that can be undone.

    While something is dragged events follow at once; the project hears of it when it rests.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_map = context.session.class_map
        self._class_view = context.session.class_view
        self._custom_classes = context.session.custom_classes
        self._document = context.session.document
        self._ontology = context.session.ontology
        self._project = context.session.project
        self._rules = context.session.rules
        self._settings = context.session.settings
        self._analysis = context.services.analysis
        self._event_updater = context.services.events
        self._project_manager = context.services.projects
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        self._known = ""  # the text of the rules that the project has
        self._missing: frozenset[str] = frozenset()  # classes that it speaks of and nobody knows
        self._bases: dict[str, str] = {}  # name of a preset or of saved rules to its rules' id
        self._later = Debounced(self, _SAVED_AFTER_MS, self.keep)
        self._runner = JobRunner("rules", self)
        self.dialog: ApplyRulesDialog | None = None
        self.panel = RulesPanel(self._class_map, self._ontology, self._class_view, self._rules)
        self._window.add_panel("rules", "Rules", self.panel, left=False, behind="events")
        self.panel.edited.connect(self._rules.set)
        self.panel.set_chosen.connect(self.use)
        self.panel.menu_wanted.connect(self._fill_menu)
        self.panel.apply_requested.connect(self.apply_to_project)
        self._rules.changed.connect(self._on_rules)
        self._project.project_changed.connect(self._on_project)
        self._project.rules_changed.connect(self._take)
        self._custom_classes.changed.connect(self._on_custom_classes)
        self._list_sets()

    @property
    def busy(self) -> bool:
        return self._later.active or self._runner.busy

    def close(self) -> None:
        self._runner.close()
        self.keep()

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "reset_rules": self.reset_rules,
            "rules": self.show_panel,
            "export_rules": self.export,
            "import_rules": self.import_file,
            "apply_rules": self.apply_to_project,
        }

    def show_panel(self) -> None:
        """Brings the panel to the front."""
        self._window.show_panel("rules")

    def reset_rules(self) -> None:
        """Every class follows the default again, and the default its first value."""
        self._rules.set(RuleSet())

    def use(self, name: str) -> None:
        """Takes a preset, or rules that were saved under a name."""
        try:
            kept = self._saved().get(name)
            if kept is not None:
                self._rules.set(kept_rules.read(kept, self._class_map.value, self._ontology))
            else:
                self._rules.set(rules_by_name(name, self._class_map.value, self._ontology))
        except UserError as error:
            self._show_error(error)
        self.panel.refresh()

    def save_as(self) -> None:
        """Keeps the present rules in the project under a name."""
        before = self._rules.rule_set.name
        name, accepted = QInputDialog.getText(
            self._window, "Save the rules", "Name of the rules:", text=before
        )
        name = name.strip()
        if accepted and name and name not in PRESETS:
            self.save(name)
        elif accepted and name:
            reason = "is the name of a preset"
            self._show_error(UserError(name, reason, "give the rules another name"))

    def save(self, name: str) -> None:
        """Keeps the present rules in the project as the next version of this name."""
        old = self._saved().get(name)
        version = old.version + 1 if old is not None else 1
        rules = replace(self._rules.rule_set, name=name, version=version)
        try:
            self._project.apply(
                kept_rules.change(old, kept_rules.write(rules, self._class_map.value, name))
            )
        except UserError as error:
            self._show_error(error)
            return
        self._rules.set(rules)
        self._list_sets()
        self._notices.show_notice(
            NoticeKind.INFO, f"Saved as {name}, version {version}.", key="rules", seconds=5
        )

    def export(self) -> None:
        """Writes the present rules to a file, which the command line reads, too."""
        folder = self._settings.folder("exports")
        start = str(Path(folder) / f"{self._rules.rule_set.name}.json")
        name, _chosen = QFileDialog.getSaveFileName(
            self._window, "Export the rules", start, _PATTERN
        )
        if name:
            self.write_file(Path(name))

    def write_file(self, path: Path) -> None:
        """Writes the present rules as JSON."""
        try:
            save_rules(path, self._rules.rule_set, self._class_map.value)
        except UserError as error:
            self._show_error(error)
        except OSError as error:
            self._show_error(UserError(path, f"cannot be written ({error.strerror})"))
        else:
            self._settings.remember_folder(path.parent, "exports")
            text = f"Written: {path.name}. The command line reads it with --rules."
            self._notices.show_notice(NoticeKind.INFO, text, key="rules", seconds=8)

    def import_file(self) -> None:
        """Takes the rules of a file."""
        name, _chosen = QFileDialog.getOpenFileName(
            self._window, "Import rules", self._settings.folder("exports"), _PATTERN
        )
        if name:
            self.read_file(Path(name))

    def read_file(self, path: Path) -> None:
        """Takes the rules of a JSON file; those that hold stay where it cannot be read."""
        try:
            self._rules.set(load_rules(path, self._class_map.value, self._ontology))
        except UserError as error:
            self._show_error(error)

    def apply_to_project(self) -> None:
        """Shows what the rules would change in all recordings, then changes it."""
        project = self._project.project
        if project is None or self.dialog is not None:
            return
        from yamnet_gui.quality.references import StoredScores

        from .dialog import ApplyRulesDialog
        from .jobs import PreviewRulesJob

        self.keep()
        analysing, rules = self._analysis, self._rules.rule_set
        try:
            scores = StoredScores(
                analysing.cache, analysing.model().sha256, analysing.analysis_settings()
            )
        except UserError:  # without weights there are still the scores of the open recording
            scores = StoredScores(None, "")
        fresh = {}
        if self._project.recording_id and self._document.state is AnalysisState.COMPLETE:
            fresh[self._project.recording_id] = self._event_updater.detections
        self.dialog = ApplyRulesDialog(rules.name, self._window)
        self.dialog.finished.connect(self._answered)
        self.dialog.open()
        self._runner.submit(
            PreviewRulesJob(project, scores, rules, self._class_map.value, fresh),
            on_result=self.dialog.take,
            on_failed=self._refused,
        )

    def _refused(self, error: UserError) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self._show_error(error)

    def _answered(self, answer: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is None:
            return
        self._runner.cancel_all()
        project, preview = self._project.project, dialog.preview
        dialog.deleteLater()
        if answer and project is not None and preview is not None:
            from .jobs import ApplyRulesJob

            self._runner.submit(
                ApplyRulesJob(project, preview),
                on_result=lambda _title: self._applied(preview),
                on_failed=self._show_error,
            )

    def _applied(self, preview: RulesPreview) -> None:
        count = sum(bool(one.changes) for one in preview.recordings)
        where = "one recording" if count == 1 else f"{count} recordings"
        text = f"Rules {preview.rules.name} applied to {where}: {preview.in_words()}."
        self._notices.show_notice(NoticeKind.INFO, text, key="rules", seconds=12)
        self._project_manager.count()

    def keep(self) -> None:
        """Puts the present rules into the project, where they are others than it has."""
        self._later.stop()
        project = self._project.project
        if project is None or self._project.storage_mode not in (
            StorageMode.PERSONAL,
            StorageMode.PROJECT,
        ):
            return
        new = kept_rules.write(self._rules.rule_set, self._class_map.value)
        if new.text == self._known:
            return
        old = kept_rules.present(project.settings.rule_sets())
        if old is None and self._rules.rule_set == RuleSet():
            return
        try:
            before = RuleSet()
            if old is not None:
                before = kept_rules.read(old, self._class_map.value, self._ontology)
            what = kept_rules.difference(before, self._rules.rule_set, self._class_map.value)
            self._project.apply(kept_rules.change(old, new, what))
            self._known = new.text
        except UserError as error:
            self._show_error(error)

    def _on_rules(self) -> None:
        self._show_name()
        self._later.start()

    def _on_custom_classes(self) -> None:
        """Rules of custom classes apply as soon as the classes are loaded."""
        if any(self._class_map.value.find(name) is not None for name in self._missing):
            self._known = ""
            self._take()

    def _on_project(self) -> None:
        if self.dialog is not None:  # it shows what would change in the former project
            self.dialog.reject()
        self._later.stop()
        self._known = ""
        self._take(first=True)
        self._list_sets()

    def _take(self, first: bool = False) -> None:
        """The rules that the project has, after another was opened or a step was taken back."""
        project = self._project.project
        if project is None:
            return
        kept = kept_rules.present(project.settings.rule_sets())
        text = kept.text if kept is not None else ""
        if text == self._known and not first:
            self._list_sets()
            return
        try:
            if kept is not None:
                self._missing = kept_rules.missing(kept, self._class_map.value)
                self._rules.set(kept_rules.read(kept, self._class_map.value, self._ontology))
            elif first or self._known:
                self._rules.set(RuleSet())
        except UserError as error:
            self._show_error(error)
        self._known = text
        self._later.stop()
        self._list_sets()

    def _saved(self) -> dict[str, StoredRules]:
        project = self._project.project
        return kept_rules.saved(project.settings.rule_sets()) if project is not None else {}

    def _list_sets(self) -> None:
        own = self._saved()
        self._bases = {name: preset(name, self._ontology).rules_id for name in PRESETS}
        for name, kept in own.items():
            try:
                found = kept_rules.read(kept, self._class_map.value, self._ontology)
            except UserError:
                continue
            self._bases[name] = found.rules_id
        self.panel.show_sets(PRESETS, sorted(own))
        self._show_name()

    def _show_name(self) -> None:
        rules = self._rules.rule_set
        same = self._bases.get(rules.name) == rules.rules_id
        self.panel.show_set(rules.name if same else "", f"{rules.name.capitalize()}, changed")

    def _fill_menu(self, menu: QMenu) -> None:
        save = menu.addAction("Save in the project as…")
        save.setEnabled(self._project.project is not None)
        save.triggered.connect(lambda: self.save_as())
        menu.addSeparator()
        actions = self._window.actions_by_id
        for name in ("import_rules", "export_rules"):
            menu.addAction(actions[name])
        menu.addSeparator()
        menu.addAction(actions["reset_rules"])
