"""Labels and notes of the selected events."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.events import Event
from yamnet_gui.core.text import counted
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.dialogs.questions import Questions
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.label_sets import LabelSets
from yamnet_gui.gui.state.top_classes import CLASSES_OF_EVENT, top_classes_of_event
from yamnet_gui.labels import project as edits

from .editor import EventEditor
from .go_on import GoOn


class Labels(QObject):
    """Corrects labels and adds some."""

    show_class = Signal()  # a class is searched for, and there is no event to give it to

    def __init__(
        self,
        editor: EventEditor,
        label_sets: LabelSets,
        class_map: ClassMapState,
        questions: Questions,
        go_on: GoOn,
    ) -> None:
        super().__init__(editor)
        self._editor = editor
        self._go_on = go_on
        self._sets = label_sets
        self._class_map = class_map
        self._questions = questions

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        digits = {f"label_{n}": partial(self.give_best, n) for n in range(1, CLASSES_OF_EVENT + 1)}
        return {
            "find_class": self.ask_relabel,
            "add_label": self.add_label,
            "relabel_again": self.give_again,
            **digits,
        }

    def give_best(self, number: int) -> None:
        """Gives the selected events the label of the chosen set that has this digit; without a
        set that of the class that scores `number`th (from 1)."""
        editor = self._editor
        if self._sets.chosen is not None:
            label = self._sets.keys.get(str(number))
            if label is None:
                editor.message.emit(f"No label of {self._sets.chosen.name} has the key {number}.")
            else:
                self.give(label)
            return
        current = editor.current
        best = top_classes_of_event(editor.document, current) if current is not None else []
        if current is None or number > len(best):
            editor.message.emit("Here are no scores to choose a label by; / searches a class.")
            return
        self.relabel(editor.selected, self._choice_of(best[number - 1]))

    def give(self, label: edits.OwnLabel) -> None:
        """Gives the selected events a label of a set."""
        choice = LabelChoice(label.name, label.class_index, label.mid)
        self.relabel(self._editor.selected, choice)

    def give_again(self) -> None:
        """Gives the selected events the label that was given last, by whatever way."""
        editor = self._editor
        if editor.last_label is None:
            editor.message.emit("No label has been given yet since the program was started.")
        else:
            self.relabel(editor.selected, editor.last_label)

    def add_label(self) -> None:
        """Asks for one more label on the span of each selected event."""
        editor = self._editor
        events = editor.selected
        if not events or not editor.ready:
            return
        recording_id = editor.recording_id  # another one may be open after the question
        choice = self._questions.label("Add a label", editor.used_labels)
        if choice is None:
            return
        commands = [
            edits.draw(
                recording_id,
                event.onset_s,
                event.offset_s,
                choice.label,
                choice.class_index,
                choice.mid,
                reviewer=editor.reviewer,
                channel=event.channel,
                low_hz=event.low_hz,
                high_hz=event.high_hz,
            )
            for event in events
            if event.label != choice.label
        ]
        if not commands:
            editor.message.emit(f"It is {choice.label} already.")
            return
        command = edits.group(f"add label {choice.label}", commands)
        if editor.apply(command):
            editor.last_label = choice
            editor.selection.select(change.key for change in command.changes)

    def ask_relabel(self) -> None:
        """Asks for a class and gives it to the selected events; without any it is only shown."""
        events = self._editor.selected
        if not events:
            self.show_class.emit()
            return
        if not self._editor.ready:
            return
        items = self._editor.project.items_later(events)  # another may be open after the question
        what = events[0].label if len(events) == 1 else counted(len(events), "event")
        choice = self._questions.label(f"Relabel {what} to", self._editor.used_labels)
        if choice is not None:
            self.relabel(events, choice, items)

    def relabel_to(self, event_id: str, class_index: int) -> None:
        """Gives an event the label of a class, and all that are selected together with it."""
        event = self._editor.document.events.get(event_id)
        selected = self._editor.selected
        if event is not None:
            events = selected if event in selected else [event]
            self.relabel(events, self._choice_of(class_index))

    def relabel(
        self,
        events: Sequence[Event],
        choice: LabelChoice,
        items: Callable[[], list[edits.ProjectEvent]] | None = None,
    ) -> None:
        """Corrects the label; where it was the right one all along, the events are accepted.

        Goes on to the next event as accepting does, unless others are selected meanwhile.
        `items`: what the project held of them when the user was asked; else what it holds now.
        """
        editor = self._editor
        if not events:
            editor.message.emit("No event is selected to be given a label.")
            return
        going_on = {e.id for e in events} == {e.id for e in editor.selected}
        go_on = self._go_on.planned() if going_on else None
        reviewer, touched_beside = editor.reviewer, editor.project.touched_beside_reader()
        scores_of = editor.scores_of
        merged: set[str] = set()  # of which another one stands at the same place

        def build(items: Sequence[edits.ProjectEvent]) -> edits.Command:
            command = edits.correct_labels(
                items,
                choice.label,
                choice.class_index,
                choice.mid,
                reviewer=reviewer,
                ontology=self._class_map.ontology,
                touched_beside=touched_beside,
                scores_of=scores_of,
            )
            merged.update(change.key for change in command.changes if change.new is None)
            return command

        def then() -> None:
            if go_on is not None:
                go_on()
            left = [i for i in editor.selection.ids if i not in merged]
            if len(left) < len(editor.selection.ids):
                editor.selection.select(left)

        if editor.apply_to(events, build, then, items=items):
            editor.last_label = choice

    def set_note(self, event_id: str, note: str) -> None:
        """Another note for an event, whether it is shown or not."""
        editor = self._editor
        event = editor.document.events.get(event_id) or editor.project.stored.get(event_id)
        if event is None or event.note == note:
            return
        item = editor.items([event])[0]
        if not editor.busy:
            editor.apply(edits.set_note(item, note))
            return

        def build(project: edits.Project) -> edits.Command:
            held = project.events.get(item.recording_id, event_id)
            return edits.set_note(held or item, note)

        editor.apply_in_turn(build)

    def _choice_of(self, class_index: int) -> LabelChoice:
        entry = self._class_map.value[class_index]
        return LabelChoice(entry.name, entry.index, entry.mid)
