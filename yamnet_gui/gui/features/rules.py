"""Rules that turn scores into events: their panel, and where the project keeps them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu

from yamnet_gui.core.errors import UserError
from yamnet_gui.detection import PRESETS, RuleSet, load_rules, preset, save_rules
from yamnet_gui.gui.jobs.runner import JobRunner
from yamnet_gui.gui.panels.notices import NoticeKind
from yamnet_gui.gui.panels.rules import RulesPanel
from yamnet_gui.gui.state import kept_rules
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.state.kept_rules import Kept
from yamnet_gui.gui.state.project import Keeping

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.batch.applying import RulesPreview
    from yamnet_gui.gui.dialogs.apply_rules import ApplyRulesDialog
    from yamnet_gui.gui.workbench import Workbench

_SAVED_AFTER_MS = 400
_PATTERN = "Rules (*.json);;All files (*)"


class RuleSetting(Feature):
    """Shows the rules, and keeps them in the project as steps that can be undone.

    While something is dragged events follow at once; the project hears of it when it rests.
    """

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        bench = workbench
        self._known = ""  # the text of the rules that the project has
        self._missing: frozenset[str] = frozenset()  # classes that it speaks of and nobody knows
        self._bases: dict[str, str] = {}  # name of a preset or of saved rules to its rules' id
        self._later = QTimer(bench)
        self._later.setSingleShot(True)
        self._later.setInterval(_SAVED_AFTER_MS)
        self._later.timeout.connect(self.keep)
        self._runner = JobRunner("rules", bench)
        self.dialog: ApplyRulesDialog | None = None
        self.panel = RulesPanel(bench.class_map, bench.ontology, bench.classes, bench.rules)
        bench.window.add_panel("rules", "Rules", self.panel, left=False, behind="events")
        self.panel.edited.connect(bench.rules.set)
        self.panel.set_chosen.connect(self.use)
        self.panel.menu_wanted.connect(self._fill_menu)
        self.panel.apply_requested.connect(self.apply_to_project)
        bench.rules.changed.connect(self._on_rules)
        bench.project.project_changed.connect(self._on_project)
        bench.project.rules_changed.connect(self._take)
        bench.taught.changed.connect(self._on_taught)
        self._list_sets()

    @property
    def busy(self) -> bool:
        return self._later.isActive() or self._runner.busy

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
        self._bench.window.show_panel("rules")

    def reset_rules(self) -> None:
        """Every class follows the default again, and the default its first value."""
        self._bench.rules.set(RuleSet())

    def use(self, name: str) -> None:
        """Takes a preset, or rules that were saved under a name."""
        bench = self._bench
        try:
            kept = self._saved().get(name)
            if kept is not None:
                bench.rules.set(kept_rules.read(kept, bench.class_map, bench.ontology))
            else:
                bench.rules.set(preset(name, bench.ontology))
        except UserError as error:
            bench.show_error(error)
        self.panel.refresh()

    def save_as(self) -> None:
        """Keeps the present rules in the project under a name."""
        before = self._bench.rules.rule_set.name
        name, accepted = QInputDialog.getText(
            self._bench.window, "Save the rules", "Name of the rules:", text=before
        )
        name = name.strip()
        if accepted and name and name not in PRESETS:
            self.save(name)
        elif accepted and name:
            reason = "is the name of a preset"
            self._bench.show_error(UserError(name, reason, "give the rules another name"))

    def save(self, name: str) -> None:
        """Keeps the present rules in the project as the next version of this name."""
        bench = self._bench
        old = self._saved().get(name)
        version = old.version + 1 if old is not None else 1
        rules = replace(bench.rules.rule_set, name=name, version=version)
        try:
            bench.project.apply(
                kept_rules.change(old, kept_rules.write(rules, bench.class_map, name))
            )
        except UserError as error:
            bench.show_error(error)
            return
        bench.rules.set(rules)
        self._list_sets()
        bench.notices.show_notice(
            NoticeKind.INFO, f"Saved as {name}, version {version}.", key="rules", seconds=5
        )

    def export(self) -> None:
        """Writes the present rules to a file, which the command line reads, too."""
        bench = self._bench
        folder = bench.settings.folder("exports")
        start = str(Path(folder) / f"{bench.rules.rule_set.name}.json")
        name, _chosen = QFileDialog.getSaveFileName(
            bench.window, "Export the rules", start, _PATTERN
        )
        if name:
            self.write_file(Path(name))

    def write_file(self, path: Path) -> None:
        """Writes the present rules as JSON."""
        bench = self._bench
        try:
            save_rules(path, bench.rules.rule_set, bench.class_map)
        except UserError as error:
            bench.show_error(error)
        except OSError as error:
            bench.show_error(UserError(path, f"cannot be written ({error.strerror})"))
        else:
            bench.settings.remember_folder(path.parent, "exports")
            text = f"Written: {path.name}. The command line reads it with --rules."
            bench.notices.show_notice(NoticeKind.INFO, text, key="rules", seconds=8)

    def import_file(self) -> None:
        """Takes the rules of a file."""
        bench = self._bench
        name, _chosen = QFileDialog.getOpenFileName(
            bench.window, "Import rules", bench.settings.folder("exports"), _PATTERN
        )
        if name:
            self.read_file(Path(name))

    def read_file(self, path: Path) -> None:
        """Takes the rules of a JSON file; those that hold stay where it cannot be read."""
        bench = self._bench
        try:
            bench.rules.set(load_rules(path, bench.class_map, bench.ontology))
        except UserError as error:
            bench.show_error(error)

    def apply_to_project(self) -> None:
        """Shows what the rules would change in all recordings, then changes it."""
        bench = self._bench
        project = bench.project.project
        if project is None or self.dialog is not None:
            return
        from yamnet_gui.batch.subjects import StoredScores
        from yamnet_gui.gui.dialogs.apply_rules import ApplyRulesDialog
        from yamnet_gui.gui.jobs.rules import PreviewRulesJob

        self.keep()
        analysing, rules = bench.analysing, bench.rules.rule_set
        try:
            scores = StoredScores(
                analysing.cache, analysing.model().sha256, analysing.analysis_settings()
            )
        except UserError:  # without weights there are still the scores of the open recording
            scores = StoredScores(None, "")
        fresh = {}
        if bench.project.recording_id and bench.document.state is AnalysisState.COMPLETE:
            fresh[bench.project.recording_id] = bench.deriver.fresh
        self.dialog = ApplyRulesDialog(rules.name, bench.window)
        self.dialog.finished.connect(self._answered)
        self.dialog.open()
        self._runner.submit(
            PreviewRulesJob(project, scores, rules, bench.class_map, fresh),
            on_result=self.dialog.take,
            on_failed=self._refused,
        )

    def _refused(self, error: UserError) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self._bench.show_error(error)

    def _answered(self, answer: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is None:
            return
        self._runner.cancel_all()
        project, preview = self._bench.project.project, dialog.preview
        dialog.deleteLater()
        if answer and project is not None and preview is not None:
            from yamnet_gui.gui.jobs.rules import ApplyRulesJob

            self._runner.submit(
                ApplyRulesJob(project, preview),
                on_result=lambda _title: self._applied(preview),
                on_failed=self._bench.show_error,
            )

    def _applied(self, preview: RulesPreview) -> None:
        count = sum(bool(one.changes) for one in preview.recordings)
        where = "one recording" if count == 1 else f"{count} recordings"
        text = f"Rules {preview.rules.name} applied to {where}: {preview.in_words()}."
        self._bench.notices.show_notice(NoticeKind.INFO, text, key="rules", seconds=12)
        self._bench.projects.count()

    def keep(self) -> None:
        """Puts the present rules into the project, where they are others than it has."""
        self._later.stop()
        bench, project = self._bench, self._bench.project.project
        if project is None or bench.project.keeping not in (Keeping.PERSONAL, Keeping.PROJECT):
            return
        new = kept_rules.write(bench.rules.rule_set, bench.class_map)
        if new.text == self._known:
            return
        old = kept_rules.present(project.rule_sets())
        if old is None and bench.rules.rule_set == RuleSet():
            return
        try:
            before = RuleSet()
            if old is not None:
                before = kept_rules.read(old, bench.class_map, bench.ontology)
            what = kept_rules.difference(before, bench.rules.rule_set, bench.class_map)
            bench.project.apply(kept_rules.change(old, new, what))
            self._known = new.text
        except UserError as error:
            bench.show_error(error)

    def _on_rules(self) -> None:
        self._show_name()
        self._later.start()

    def _on_taught(self) -> None:
        """Rules of taught classes hold as soon as these are known."""
        if any(self._bench.class_map.find(name) is not None for name in self._missing):
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
        bench, project = self._bench, self._bench.project.project
        if project is None:
            return
        kept = kept_rules.present(project.rule_sets())
        text = kept.text if kept is not None else ""
        if text == self._known and not first:
            self._list_sets()
            return
        try:
            if kept is not None:
                self._missing = kept_rules.missing(kept, bench.class_map)
                bench.rules.set(kept_rules.read(kept, bench.class_map, bench.ontology))
            elif first or self._known:
                bench.rules.set(RuleSet())
        except UserError as error:
            bench.show_error(error)
        self._known = text
        self._later.stop()
        self._list_sets()

    def _saved(self) -> dict[str, Kept]:
        project = self._bench.project.project
        return kept_rules.saved(project.rule_sets()) if project is not None else {}

    def _list_sets(self) -> None:
        bench = self._bench
        own = self._saved()
        self._bases = {name: preset(name, bench.ontology).rules_id for name in PRESETS}
        for name, kept in own.items():
            try:
                found = kept_rules.read(kept, bench.class_map, bench.ontology)
            except UserError:
                continue
            self._bases[name] = found.rules_id
        self.panel.show_sets(PRESETS, sorted(own))
        self._show_name()

    def _show_name(self) -> None:
        rules = self._bench.rules.rule_set
        same = self._bases.get(rules.name) == rules.rules_id
        self.panel.show_set(rules.name if same else "", f"{rules.name.capitalize()}, changed")

    def _fill_menu(self, menu: QMenu) -> None:
        save = menu.addAction("Save in the project as…")
        save.setEnabled(self._bench.project.project is not None)
        save.triggered.connect(lambda: self.save_as())
        menu.addSeparator()
        actions = self._bench.window.actions_by_id
        for name in ("import_rules", "export_rules"):
            menu.addAction(actions[name])
        menu.addSeparator()
        menu.addAction(actions["reset_rules"])
