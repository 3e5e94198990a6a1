"""Labels and notes of the selected events."""

from collections.abc import Callable, Iterable

from yamnet_gui.core.events import Event
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.state.top_classes import best_of_event
from yamnet_gui.labels import project as edits

from .decisions import Deciding


class Relabelling(Deciding):
    """Corrects labels and adds some."""

    def give_best(self, number: int) -> None:
        """Gives the selected events the label of the chosen set that has this digit; without a
        set that of the class that scores `number`th (from 1)."""
        if self._own is not None and self._own.chosen is not None:
            label = self._own.keys.get(str(number))
            if label is None:
                self.told.emit(f"No label of {self._own.chosen.name} has the key {number}.")
            else:
                self.give(label)
            return
        current = self._controller.current_event()
        best = best_of_event(self._document, current) if current is not None else []
        if current is None or number > len(best):
            self.told.emit("Here are no scores to choose a label by; / searches a class.")
            return
        self.relabel(self.selected(), self._choice_of(best[number - 1]))

    def give(self, label: edits.OwnLabel) -> None:
        """Gives the selected events a label of a set."""
        choice = LabelChoice(label.name, label.class_index, label.mid)
        self.relabel(self.selected(), choice)

    def add_label(self) -> None:
        """Asks for one more label on the span of each selected event."""
        events = self.selected()
        if not events or not self._ready():
            return
        choice = self.asks.label("Add a label", self._used())
        if choice is None:
            return
        commands = [
            edits.draw(
                self._project.recording_id,
                event.onset_s,
                event.offset_s,
                choice.label,
                choice.class_index,
                choice.mid,
                reviewer=self._reviewer,
                channel=event.channel,
                low_hz=event.low_hz,
                high_hz=event.high_hz,
            )
            for event in events
            if event.label != choice.label
        ]
        if not commands:
            self.told.emit(f"It is {choice.label} already.")
            return
        command = edits.group(f"add label {choice.label}", commands)
        if self._do(command):
            self._selection.select(change.key for change in command.changes)

    def ask_relabel(self) -> None:
        """Asks for a class and gives it to the selected events; without any it is only shown."""
        events = self.selected()
        if not events:
            self.show_class.emit()
            return
        what = events[0].label if len(events) == 1 else f"{len(events)} events"
        choice = self.asks.label(f"Relabel {what} to", self._used())
        if choice is not None:
            self.relabel(events, choice)

    def relabel_to(self, event_id: str, class_index: int) -> None:
        event = self._document.events.get(event_id)
        if event is not None:
            self.relabel([event], self._choice_of(class_index))

    def relabel(self, events: Iterable[Event], choice: LabelChoice) -> None:
        """Corrects the label; where it was the right one all along, the events are accepted."""
        items = self._items(events)
        same = [item for item in items if item.event.label == choice.label]
        other = [item for item in items if item.event.label != choice.label]
        commands = [edits.accept(same, self._reviewer)] if same else []
        if other:
            commands.append(
                edits.relabel(
                    other,
                    choice.label,
                    choice.class_index,
                    choice.mid,
                    reviewer=self._reviewer,
                    ontology=self._ontology,
                    existing=self._project.negatives_of(other),
                )
            )
        commands = [command for command in commands if command.changes]
        if commands:
            self._do(edits.group(commands[-1].title, commands))

    def set_note(self, event_id: str, note: str) -> None:
        event = self._document.events.get(event_id) or self._project.stored.get(event_id)
        if event is not None and event.note != note:
            self._do(edits.set_note(self._items([event])[0], note))

    def _digit(self, number: int) -> Callable[[], None]:
        return lambda: self.give_best(number)
