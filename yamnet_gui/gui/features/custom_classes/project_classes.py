"""The custom classes that the open project stores: training, loading and removing are steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from yamnet_gui.analysis import custom_class_rule
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import counted
from yamnet_gui.detection import Rule
from yamnet_gui.embedding import CLASSIFIER_SUFFIX, Classifier, write_classifier
from yamnet_gui.gui.background.runner import JobRunner
from yamnet_gui.gui.state.custom_classes import CustomClass
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.labels.project import Command, Project, group, set_rules, set_texts
from yamnet_gui.labels.project.calibrations import without_classes
from yamnet_gui.labels.project.present_rules import present, write
from yamnet_gui.labels.project.project_model import CUSTOM_CLASSES

from .score_jobs import LoadClassesJob
from .stored_classes import StoredClasses

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_VALUE = CUSTOM_CLASSES
_FOLDER_SUFFIX = "-classes"


class ProjectClasses(QObject):
    """Keeps `CustomClasses` the same as the list in the project, which steps, undo and redo change.

    Files of classifiers are never written over or removed, so that undo finds the former ones.
    """

    # list[str]: labels that have scores no longer; [] where classes only came or changed
    replaced = Signal(list)
    turned = Signal()  # by undo or redo, or because another project was opened

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._class_map = context.session.class_map
        self._custom_classes = context.session.custom_classes
        self._embeddings = context.session.embeddings
        self._project = context.session.project
        self._rules = context.session.rules
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._runner = JobRunner("custom classes of the project", self)
        self._stored = StoredClasses()
        self._known: dict[Path, Classifier] = {}  # what the files of this project hold
        self._loading = False
        self._lost: list[str] | None = None  # what `replaced` says once the files are read
        self._own_step = False
        self._project.project_changed.connect(self._on_project)
        self._project.texts_changed.connect(self._on_texts)
        self._custom_classes.changed.connect(self._store)

    @property
    def busy(self) -> bool:
        return self._runner.busy

    @property
    def loading(self) -> bool:
        """Whether classes are listed whose files are still being read."""
        return self._loading

    def close(self) -> None:
        self._runner.close()

    def use(self, classifier: Classifier, verb: str) -> tuple[str, ...]:
        """Adds a classifier to the project: a copy of its file, its classes, their rules; one step.

        `verb`: what the user did ("train"), for the title of the step. Returns the labels. Raises
        UserError if a name is taken or the file cannot be written.
        """
        labels = classifier.labels
        for label in labels:
            known = self._class_map.value.find(label)
            if known is not None and known.index < self._class_map.model_count:
                raise UserError(
                    label,
                    "is already a class of the model",
                    "give the custom class another name",
                )
        path = self._write(classifier)
        classes = self._custom_classes.with_put(
            *(CustomClass(label, classifier, path) for label in labels)
        )
        rules = {label: custom_class_rule(classifier, label) for label in labels}
        what = labels[0] if len(labels) == 1 else counted(len(labels), "class")
        self._change(f"{verb} {what}", classes, rules)
        return labels

    def remove(self, label: str) -> None:
        """Removes the scores of a class, as one step; its index stays reserved for its events.

        Raises UserError.
        """
        one = self._custom_classes.get(label)
        if one is not None:
            without = self._custom_classes.with_put(CustomClass(one.label))
            self._change(f"remove the class {one.label}", without, {})

    def _change(self, title: str, classes: tuple[CustomClass, ...], rules: dict[str, Rule]) -> None:
        """One step with all that belongs to it; just shown where nothing can be stored."""
        first, before = self._custom_classes.first_index, self._custom_classes.classes
        indices = {one.label: first + place for place, one in enumerate(classes)}
        rule_set = self._rules.rule_set
        for label, rule in rules.items():
            rule_set = rule_set.with_class(_index(indices, label), rule)
        project = self._writable()
        if project is None:
            self._custom_classes.set(classes)
            self._rules.set(rule_set)
        else:
            class_map = self._class_map.model_classes.with_custom([one.label for one in classes])
            base = project.path.parent
            text = (project.settings.value(_VALUE), self._stored.text_with(classes, base))
            steps: list[Command | None] = [set_texts(title, {_VALUE: text})]
            if rules:
                old, new = present(project.settings.rule_sets()), write(rule_set, class_map)
                steps.append(set_rules(old, new) if old != new else None)
            retrained = {
                first + place
                for place, (one, now) in enumerate(zip(before, classes, strict=False))
                if one.key and one.key != now.key
            }
            steps.append(without_classes(project, retrained))
            self._known.update((c.path, c.classifier) for c in classes if c.path and c.classifier)
            self._own_step = True
            try:
                self._project.apply(group(title, [step for step in steps if step is not None]))
            finally:
                self._own_step = False
            self._follow(project)
        self.replaced.emit(_lost(before, self._custom_classes.classes))

    def _writable(self) -> Project | None:
        project = self._project.project
        return None if project is None or project.read_only else project

    # The files

    def _folder(self) -> Path | None:
        project = self._writable()
        if project is None:
            return None
        return project.path.with_name(project.path.name + _FOLDER_SUFFIX)

    def _write(self, classifier: Classifier) -> Path | None:
        """A new file of the project for it; None where nothing is stored. Raises UserError."""
        folder = self._folder()
        if folder is None:
            return None
        labels = "-".join(classifier.labels).casefold()
        words = "".join(c if c.isalnum() else "-" for c in labels).strip("-")[:60] or "class"
        names = (f"{words}{f'-{n}' if n > 1 else ''}{CLASSIFIER_SUFFIX}" for n in count(1))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = next(folder / name for name in names if not (folder / name).exists())
        except OSError as error:
            raise UserError(folder, f"cannot be written ({error.strerror or error})") from error
        write_classifier(path, classifier)
        return path

    def _with_own_files(self, classes: Sequence[CustomClass]) -> tuple[CustomClass, ...]:
        """Copies the files for a project that was saved under another name."""
        folder = self._folder()
        if folder is None:
            return tuple(classes)
        own: dict[Path, Path] = {}
        result = []
        for one in classes:
            path = one.path
            if one.classifier is not None and path is not None and not path.is_relative_to(folder):
                try:
                    if path not in own:
                        own[path] = self._write(one.classifier) or path
                        self._known[own[path]] = one.classifier
                    one = replace(one, path=own[path])
                except UserError:
                    pass  # the original file does as well
            result.append(one)
        return tuple(result)

    # The project

    @Slot()
    def _on_project(self) -> None:
        """Adds names at once, so that events have their class; loads files in the background."""
        self._known.clear()
        self._stored = StoredClasses()
        project = self._project.project
        if project is None:
            self._runner.cancel_all()
            self._loading = False
            self._custom_classes.set(())
        else:
            self._follow(project)
        self.turned.emit()

    @Slot()
    def _on_texts(self) -> None:
        """A step of this class changed the list, or undo or redo, or another program."""
        project = self._project.project
        if self._own_step or project is None or project.settings.value(_VALUE) == self._stored.text:
            return
        before = self._custom_classes.classes
        self._follow(project)
        self.turned.emit()
        lost = _lost(before, self._custom_classes.classes)
        if self._loading:
            self._lost = lost
        else:
            self.replaced.emit(lost)

    def _follow(self, project: Project) -> None:
        """Shows the classes that the project lists."""
        self._runner.cancel_all()
        self._loading, self._lost = False, None
        self._stored = StoredClasses.read(project.settings.value(_VALUE), project.path.parent)
        if self._stored.unreadable:
            number = counted(len(self._stored.unreadable), "custom class")
            self._notices.show_notice(
                NoticeKind.WARNING, f"{number} of this project cannot be read.", key=_VALUE
            )
        entries = self._stored.entries
        classes = [
            CustomClass(label, self._classifier(label, path), path) for label, path in entries
        ]
        self._loading = any(path is not None and path not in self._known for _, path in entries)
        try:
            self._custom_classes.set(classes)
        except ValueError as error:
            self._loading = False
            self._stored = self._stored.unusable()
            self._custom_classes.set(())  # not those of the former project
            self._show_error(UserError("Custom classes", f"cannot be used: {error}"))
            return
        if self._loading:
            self._runner.submit(
                LoadClassesJob(entries, self._embeddings.model_sha256),
                on_result=self._on_loaded,
                on_failed=self._show_error,
            )

    def _classifier(self, label: str, path: Path | None) -> Classifier | None:
        known = self._known.get(path) if path is not None else None
        return known if known is not None and label in known.labels else None

    def _on_loaded(self, result: tuple[tuple[CustomClass, ...], tuple[str, ...]]) -> None:
        classes, problems = result
        self._loading = False
        self._known.update((c.path, c.classifier) for c in classes if c.path and c.classifier)
        self._custom_classes.set(self._with_own_files(classes))
        for text in problems:
            self._notices.show_notice(NoticeKind.WARNING, text)
        lost, self._lost = self._lost, None
        if lost is not None:
            self.replaced.emit(lost)

    @Slot()
    def _store(self) -> None:
        """Stores what is no step of its own: where the files lie."""
        project = self._writable()
        if project is None:
            return
        base = project.path.parent
        text = self._stored.text_with(self._custom_classes.classes, base)
        if text != self._stored.text:
            try:
                project.settings.set_value(_VALUE, text)
                self._stored = StoredClasses.read(text, base)
            except UserError as error:
                self._show_error(error)


def _index(indices: dict[str, int], label: str) -> int:
    """The class index of a label, whatever the case."""
    return next(i for name, i in indices.items() if name.casefold() == label.casefold())


def _lost(before: Iterable[CustomClass], after: Iterable[CustomClass]) -> list[str]:
    """Labels that had scores and have none now."""
    now = {one.label for one in after if one.classifier is not None or one.path is not None}
    return [one.label for one in before if one.classifier is not None and one.label not in now]
