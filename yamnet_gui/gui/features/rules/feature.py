"""Rules that turn scores into events: their panel, and how the project stores them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QInputDialog, QMenu

from yamnet_gui.analysis.custom_classes import with_model_rules
from yamnet_gui.analysis.rule_choice import rules_by_name
from yamnet_gui.core.errors import UserError
from yamnet_gui.detection import BALANCED, PRESETS, RuleSet, is_weak_part, preset
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.panels.event_facts import threshold_facts
from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.labels.project import Project, StoredRules

from . import rules_persistence
from .applier import RulesApplier
from .files import RulesFiles
from .opened_recording import OpenedRecording
from .other_rules import OtherRules
from .panel import RulesPanel

if TYPE_CHECKING:
    from yamnet_gui.core.events import Event
    from yamnet_gui.gui.context import Context


_SAVED_AFTER_MS = 400
_WEAK_AFTER_MS = 150
"""At rest: each step of a dragged threshold would paint the whole table."""


class RulesFeature(Feature):
    """Shows the rules, and stores them in the project as steps that can be undone.

    Events follow at once while a value is dragged; the project is changed once it rests.
    """

    def __init__(self, context: Context, all_events: AllEvents) -> None:
        super().__init__()
        self._class_map = context.session.class_map
        self._class_view = context.session.class_view
        self._custom_classes = context.session.custom_classes
        self._project = context.session.project
        self._rules = context.session.rules
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._window = context.shell.window
        self._known = ""  # the text of the rules as the project stores them
        self._missing: frozenset[str] = frozenset()  # classes of these rules that do not exist
        self._bases: dict[str, str] = {}  # name of a preset or of saved rules to its rules' id
        self._later = Debounced(self, _SAVED_AFTER_MS, self.store)
        self.files = RulesFiles(context)
        self.applier = RulesApplier(context, self)
        self.others = OtherRules(context, self.apply_to_project, self)
        self._opened = OpenedRecording(context, self)
        self._all_events = all_events.panel
        self._all_events.other_rules.clicked.connect(self.apply_to_project)
        self.others.changed.connect(self._show_others)
        self.panel = RulesPanel(self._class_map, self._class_view, self._rules)
        self._window.add_panel("rules", "Rules", self.panel, left=False, behind="events")
        self.panel.edited.connect(self._rules.set)
        self.panel.set_chosen.connect(self.use)
        self.panel.menu_requested.connect(self._fill_menu)
        self.panel.apply_requested.connect(self.apply_to_project)
        self._rules.changed.connect(self._on_rules)
        self._project.project_changed.connect(self._on_project)
        self._project.rules_changed.connect(self._on_stored_rules)
        self._custom_classes.changed.connect(self._on_custom_classes)
        self._tables = context.shell.events.model, all_events.panel.model
        self._weak_later = Debounced(self, _WEAK_AFTER_MS, self._show_weak_parts)
        self._rules.changed.connect(self._weak_later.start)
        self._show_weak_parts()
        self._list_sets()
        self._inspector = context.shell.inspector
        self._inspector.add_facts(self._facts)

    @property
    def busy(self) -> bool:
        later = self._later.active or self._weak_later.active
        return later or self.applier.busy or self.others.busy

    def close(self) -> None:
        self._weak_later.stop()
        self.applier.close()
        self.others.close()
        self.store()

    def handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "reset_rules": self.reset_rules,
            "rules": self.show_panel,
            "export_rules": self.files.export,
            "import_rules": self.files.import_file,
            "apply_rules": self.apply_to_project,
        }

    @Slot()
    def _show_weak_parts(self) -> None:
        rules = self._rules.rule_set

        def weak(event: Event) -> bool:
            index = event.class_index
            return index is not None and is_weak_part(event, rules.resolved(index))

        for model in self._tables:
            model.set_weak(weak)

    def _facts(self, event: Event) -> list[tuple[str, str]]:
        index = event.class_index
        if index is None:
            return []
        return threshold_facts(event, self._rules.rule_set.resolved(index))

    def show_panel(self) -> None:
        """Brings the panel to the front."""
        self._window.show_panel("rules")

    def reset_rules(self) -> None:
        """Removes the rules of all classes, and resets the default rule."""
        balanced = preset(BALANCED, self._class_map.ontology)
        self._rules.set(with_model_rules(balanced, self._class_map.model_info))

    def use(self, name: str) -> None:
        """Switches to a preset, or to rules that were saved under a name."""
        try:
            stored = self._saved().get(name)
            if stored is not None:
                self._rules.set(self._read(stored))
            else:
                self._rules.set(rules_by_name(name, self._class_map.value))
        except UserError as error:
            self._show_error(error)
        self.panel.refresh()

    def save_as(self) -> None:
        """Asks for a name, and saves the current rules in the project."""
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
        """Saves the current rules in the project as the next version of this name."""
        old = self._saved().get(name)
        version = old.version + 1 if old is not None else 1
        rules = replace(self._rules.rule_set, name=name, version=version)
        try:
            self._project.apply(
                rules_persistence.change(
                    old, rules_persistence.write(rules, self._class_map.value, name)
                )
            )
        except UserError as error:
            self._show_error(error)
            return
        self._rules.set(rules)
        self._list_sets()
        self._notices.show_notice(
            NoticeKind.INFO, f"Saved as {name}, version {version}.", key="rules", seconds=5
        )

    def apply_to_project(self) -> None:
        """Shows what the rules would change in all recordings; the user can apply it."""
        self.store()
        self.applier.preview()

    def store(self) -> None:
        """Stores the current rules in the project if they have changed."""
        self._later.stop()
        project = self._project.project
        if project is None or self._project.storage_mode not in (
            StorageMode.PERSONAL,
            StorageMode.PROJECT,
        ):
            return
        new = rules_persistence.write(self._rules.rule_set, self._class_map.value)
        if new.text == self._known:
            return
        old = rules_persistence.present(project.settings.rule_sets())
        try:
            if old is not None:
                before = self._read(old)
            else:
                before = self._unchanged(project)
                if self._rules.rule_set == before:
                    return
            what = rules_persistence.difference(before, self._rules.rule_set, self._class_map.value)
            self._project.apply(rules_persistence.change(old, new, what))
            self._known = new.text
            self.others.announce()
        except UserError as error:
            self._show_error(error)

    @Slot()
    def _show_others(self) -> None:
        self._all_events.show_other_rules(self.others.text)

    def _on_rules(self) -> None:
        self._show_name()
        self._later.start()

    def _on_custom_classes(self) -> None:
        """Rules of custom classes apply as soon as the classes are loaded."""
        if any(self._class_map.value.find(name) is not None for name in self._missing):
            self._known = ""
            self._on_stored_rules()

    def _on_project(self) -> None:
        self.applier.cancel()  # the preview is about the former project
        self._later.stop()
        self._known = ""
        self._on_stored_rules(first=True)
        self._list_sets()

    def _on_stored_rules(self, first: bool = False) -> None:
        """Switches to the stored rules after a project was opened or a step undone or redone."""
        project = self._project.project
        if project is None:
            return
        stored = rules_persistence.present(project.settings.rule_sets())
        text = stored.text if stored is not None else ""
        if text == self._known and not first:
            self._list_sets()
            return
        try:
            if stored is not None:
                self._missing = rules_persistence.missing(stored, self._class_map.value)
                self._rules.set(self._read(stored))
            elif first or self._known:
                self._rules.set(self._unchanged(project))
        except UserError as error:
            if first:
                # not those of the former project
                self._rules.set(self._unchanged(project))
            self._show_error(error)
        self._known = text
        self._later.stop()
        self._list_sets()

    def _unchanged(self, project: Project) -> RuleSet:
        """The rules of a project that stores none."""
        of_events = project.recordings.rules_of_events()
        unchanged = rules_persistence.unchanged(of_events, self._class_map.ontology)
        return with_model_rules(unchanged, self._class_map.model_info)

    def _read(self, stored: StoredRules) -> RuleSet:
        """Raises UserError."""
        return rules_persistence.read(stored, self._class_map.value, self._class_map.ontology)

    def _saved(self) -> dict[str, StoredRules]:
        project = self._project.project
        return rules_persistence.saved(project.settings.rule_sets()) if project is not None else {}

    def _list_sets(self) -> None:
        own = self._saved()
        self._bases = {name: preset(name, self._class_map.ontology).rules_id for name in PRESETS}
        for name, stored in own.items():
            try:
                rules = self._read(stored)
            except UserError:
                continue
            self._bases[name] = rules.rules_id
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
