"""What people decide about events: every step goes through the project, one at a time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.classes import ClassMap
from yamnet_gui.core.errors import ProjectError, UserError
from yamnet_gui.core.events import Event, ReviewState, new_event_id
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.labels import project as edits

from .controller import Controller
from .dialogs.class_picker import LabelChoice, used_labels
from .state.best import BEST_OF_EVENT, best_of_event
from .state.class_view import ClassView
from .state.document import Document
from .state.label_sets import LabelSets
from .state.project import ProjectState
from .state.selection import EventSelection
from .state.settings import Settings
from .state.timeline import Timeline
from .times import length
from .walking import QueueWalk

AskLabel = Callable[[str, Sequence[str]], LabelChoice | None]
Confirm = Callable[[str, str], bool]
_SHORTEST_S = 0.001
_MANY = 1000
"""Steps that change more events are made beside the work."""


@dataclass(frozen=True, slots=True)
class Asks:
    """Questions that only a window can put. `label`: title and labels to offer first.

    `confirm`: the question and the word on the button.
    """

    label: AskLabel
    confirm: Confirm


class Reviewing(QObject):
    """Decisions and corrections on the selected events of the open recording."""

    told = Signal(str)  # why nothing happened, or what did
    failed = Signal(object)  # UserError
    edge_dragged = Signal(float)  # the event's length while its edge is dragged, in seconds
    decided = Signal()  # a step was made
    show_class = Signal()  # a class is searched for, and there is no event to give it to

    def __init__(
        self,
        document: Document,
        timeline: Timeline,
        selection: EventSelection,
        classes: ClassView,
        project: ProjectState,
        controller: Controller,
        settings: Settings,
        class_map: ClassMap,
        ontology: Ontology,
        asks: Asks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._timeline = timeline
        self._selection = selection
        self._classes = classes
        self._project = project
        self._controller = controller
        self._settings = settings
        self._class_map = class_map
        self._ontology = ontology
        self.asks = asks
        self._walk: QueueWalk | None = None
        self._own: LabelSets | None = None
        self._dragged: Event | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        digits = {f"label_{n}": self._digit(n) for n in range(1, BEST_OF_EVENT + 1)}
        return {
            "accept": lambda: self.decide(ReviewState.ACCEPTED),
            "reject": lambda: self.decide(ReviewState.REJECTED),
            "uncertain": lambda: self.decide(ReviewState.UNCERTAIN),
            "unreview": self.unreview,
            "next_unreviewed": self.next_unreviewed,
            "accept_above": lambda: self.decide_beyond(ReviewState.ACCEPTED),
            "reject_below": lambda: self.decide_beyond(ReviewState.REJECTED),
            "find_class": self.ask_relabel,
            "set_onset": lambda: self.set_edge(onset=True),
            "set_offset": lambda: self.set_edge(onset=False),
            "draw": self.draw,
            "add_label": self.add_label,
            "split": self.split,
            "merge": self.merge,
            "delete": self.delete,
            "listened": lambda: self.mark_listened(of_class=False),
            "listened_class": lambda: self.mark_listened(of_class=True),
            "unlistened": self.unmark_listened,
            "undo": self.undo,
            "redo": self.redo,
            **digits,
        }

    def walk_by(self, walk: QueueWalk) -> None:
        """Goes on by a queue where one is made."""
        self._walk = walk

    def label_by(self, own: LabelSets) -> None:
        """Digits give the labels of the chosen set where there is one."""
        self._own = own

    # Deciding

    def decide(self, state: ReviewState) -> None:
        """Gives all selected events the state and goes on to the one after them."""
        events = self.selected()
        if not events:
            return
        following = self._controller.event_beside(1)
        if not self._do(edits.set_state(self._items(events), state, self._reviewer)):
            return
        if self._walk is not None and self._walk.go_on():
            return
        if following is None:
            self.told.emit("This was the last event of the list.")
        else:
            self._controller.go_to(following)

    def unreview(self) -> None:
        """Back to where nobody has decided; the selection stays."""
        self._do(edits.unreview(self._items(self.selected())))

    def next_unreviewed(self) -> None:
        """Goes to the next event that nobody has decided about, from the start after the last."""
        if self._walk is not None and self._walk.go_on():
            return
        ids = self._controller.order()
        current = self._selection.current
        at = ids.index(current) + 1 if current in ids else self._controller.place_of_cursor()
        for event_id in [*ids[at:], *ids[:at]]:
            event = self._document.events.get(event_id)
            if event is not None and event.state is ReviewState.UNREVIEWED:
                self._controller.go_to(event_id)
                return
        self.told.emit("Every event of the list is reviewed.")

    def decide_beyond(self, state: ReviewState) -> None:
        """Accepts all that score as high or higher, or rejects all as low or lower, when asked."""
        current = self._controller.current_event()
        if current is None or current.score_max is None:
            self.told.emit("Only events with a score have others above or below them.")
            return
        above = state is ReviewState.ACCEPTED
        everywhere = self._walk is not None and self._walk.everywhere
        command = (
            self._beyond_everywhere(current, above)
            if everywhere
            else edits.set_state(
                self._items(self.beyond(current, above=above)), state, self._reviewer
            )
        )
        if command is None or not command.count:
            self.told.emit("There is nothing left to decide on there.")
            return
        word, side = ("Accept", "more") if above else ("Reject", "less")
        number = "1 event" if command.count == 1 else f"{command.count} events"
        where = "all recordings" if everywhere else "this recording"
        question = (
            f"{word} {number} of {current.label} in {where} that "
            f"score{'s' if command.count == 1 else ''} {current.score_max:.2f} or {side}?"
        )
        if not self.asks.confirm(question, f"{word} {number}"):
            return
        if command.count > _MANY and self._walk is not None:
            self._walk.apply(command)
        elif self._do(command) and self._walk is not None:
            self._walk.go_on()

    def _beyond_everywhere(self, current: Event, above: bool) -> edits.Command | None:
        """The same over all recordings of the project."""
        project = self._project.project
        item = project.event(self._project.recording_id, current.id) if project else None
        if project is None or item is None:
            return None
        make = project.accept_and_above if above else project.reject_and_below
        return make(item.row, self._reviewer)

    def beyond(self, current: Event, *, above: bool) -> list[Event]:
        """The event, and those of its class not reviewed yet that score as far or farther."""
        limit = current.score_max or 0.0
        return [
            e
            for e in self._document.events
            if e.id == current.id
            or (
                e.label == current.label
                and e.state is ReviewState.UNREVIEWED
                and e.score_max is not None
                and (e.score_max >= limit if above else e.score_max <= limit)
            )
        ]

    # Labels

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

    # Bounds

    def set_band(self, event_id: str, low_hz: float | None, high_hz: float | None) -> None:
        """Bounds the event in frequency; None for no bound."""
        event = self._document.events.get(event_id)
        if event is None or (low_hz, high_hz) == (event.low_hz, event.high_hz):
            return
        if low_hz is not None and high_hz is not None and low_hz >= high_hz:
            self.told.emit("The lowest frequency must lie below the highest.")
            return
        self._do(edits.set_band(self._items([event])[0], low_hz, high_hz))

    def set_edge(self, *, onset: bool) -> None:
        """Puts the onset or the offset of the event at the cursor."""
        event, cursor = self._controller.current_event(), self._timeline.cursor_s
        if event is None:
            return
        start, end = (cursor, event.offset_s) if onset else (event.onset_s, cursor)
        if end - start < _SHORTEST_S:
            self.told.emit(f"The cursor stands {'after the end' if onset else 'before the start'}.")
        else:
            key = f"edge:{new_event_id()}"
            self._do(edits.move_edge(self._items([event])[0], start, end, merge_key=key))

    def drag_edge(self, event_id: str, onset_s: float, offset_s: float, ended: bool) -> None:
        """Shows new bounds while an edge is dragged, and keeps them at the end, as one step."""
        if self._dragged is None or self._dragged.id != event_id:
            # a mere click on an edge ends without having moved
            self._dragged = None if ended else self._document.events.get(event_id)
        event = self._dragged
        if event is None:
            return
        if not ended:
            self._document.set_events(
                self._document.events.with_events(event.moved(onset_s, offset_s))
            )
            self.edge_dragged.emit(offset_s - onset_s)
            return
        self._dragged = None
        self._document.set_events(self._document.events.with_events(event))
        if (onset_s, offset_s) != (event.onset_s, event.offset_s):
            key = f"drag:{new_event_id()}"
            self._do(edits.move_edge(self._items([event])[0], onset_s, offset_s, merge_key=key))

    def draw(self) -> None:
        """Makes an event of the selected stretch, after asking for its class."""
        span = self._timeline.selection
        if span is None or not self._ready():
            return
        chosen = self._classes.chosen
        first = [] if chosen is None else [self._class_map[chosen].name]
        choice = self.asks.label("Draw an event of", [*first, *self._used()])
        if choice is None:
            return
        command = edits.draw(
            self._project.recording_id,
            span.start_s,
            span.end_s,
            choice.label,
            choice.class_index,
            choice.mid,
            reviewer=self._reviewer,
        )
        if self._do(command):
            self._timeline.set_selection(None)
            self._selection.select(change.key for change in command.changes)

    def split(self) -> None:
        event, cursor = self._controller.current_event(), self._timeline.cursor_s
        if event is None:
            return
        if not event.onset_s + _SHORTEST_S <= cursor <= event.offset_s - _SHORTEST_S:
            self.told.emit("Put the cursor inside the event to split it there.")
            return
        self._do(edits.split(self._items([event])[0], cursor))

    def merge(self) -> None:
        """Joins the selected events, or the one selected with the next of its class."""
        events = self.selected()
        if len(events) == 1:
            events += [e for e in [self._next_alike(events[0])] if e is not None]
        if len(events) < 2:
            self.told.emit("There is no later event of this class to merge with.")
        elif len({(e.label, e.channel) for e in events}) > 1:
            self.told.emit("Only events of one class and channel can be merged.")
        elif self._do(edits.merge(self._items(events))):
            first = min(events, key=lambda e: (e.onset_s, e.offset_s, e.id))
            self._selection.select((first.id,))

    def delete(self) -> None:
        """Takes the selected events out and selects the one after them."""
        events = self.selected()
        following = self._controller.event_beside(1)
        if not events or not self._do(edits.delete(self._items(events))):
            return
        if self._walk is None or not self._walk.go_on():
            self._selection.select((following,) if following else ())

    # Stretches

    def mark_listened(self, *, of_class: bool) -> None:
        """Notes that the selected stretch was listened to, for all classes or the chosen one."""
        span, chosen = self._timeline.selection, self._classes.chosen
        if span is None or not self._ready():
            return
        labels = [self._class_map[chosen].name] if of_class and chosen is not None else []
        command = edits.mark_reviewed(
            self._project.recording_id, self._project.reviewed, span, labels, self._reviewer
        )
        if self._do(command):
            heard = labels[0] if labels else "all classes"
            self.told.emit(f"Listened to {length(span.duration_s)} for {heard}.")

    def unmark_listened(self) -> None:
        span, reviewed = self._timeline.selection, self._project.reviewed
        if span is None or not self._ready():
            return
        if not any(there.span.overlaps(span) for there in reviewed.spans):
            self.told.emit("Nobody has marked this stretch as listened to.")
            return
        self._do(edits.unmark_reviewed(self._project.recording_id, reviewed, span))

    # Steps

    def undo(self) -> None:
        self._turn("Undone", self._project.undo)

    def redo(self) -> None:
        self._turn("Done again", self._project.redo)

    def selected(self) -> list[Event]:
        """The selected events, the current one first."""
        found = (self._document.events.get(i) for i in self._selection.ids)
        return [event for event in found if event is not None]

    def _turn(
        self,
        word: str,
        step: Callable[[], tuple[str, tuple[edits.ProjectChange, ...]] | None],
    ) -> None:
        try:
            done = step()
        except UserError as error:
            self.failed.emit(error)
            return
        if done is None:
            return
        title, changes = done
        mine = [c for c in changes if c.recording_id == self._project.recording_id]
        ids = [i for c in mine for i in c.event_ids if i in self._document.events]
        events = [e for e in map(self._document.events.get, ids) if e is not None]
        shown = [e.id for e in events if not edits.is_negative(e)] or ids
        if shown:
            self._selection.select(shown)
            event = self._document.events.get(shown[0])
            if event is not None:
                self._timeline.reveal(event.span)
        away = next((c for c in changes if c not in mine and c.recording_id), None)
        elsewhere = away.recording_id if away else ""
        if away and away.event_ids and not shown and self._walk is not None:
            self._walk.show(elsewhere, away.event_ids[0])
        project = self._project.project
        recording = project.recording(elsewhere) if project and elsewhere else None
        where = f" in {recording.name}" if recording else ""
        self.told.emit(f"{word}: {title}{where}")

    def _digit(self, number: int) -> Callable[[], None]:
        return lambda: self.give_best(number)

    def _choice_of(self, class_index: int) -> LabelChoice:
        found = self._class_map[class_index]
        return LabelChoice(found.name, found.index, found.mid)

    def _used(self) -> Sequence[str]:
        """Labels that people gave in this recording, most used first."""
        return used_labels(e.label for e in self._document.events if e.touched)

    def _next_alike(self, event: Event) -> Event | None:
        later = (
            e
            for e in self._document.events
            if (e.label, e.channel) == (event.label, event.channel)
            and (e.onset_s, e.offset_s, e.id) > (event.onset_s, event.offset_s, event.id)
            and not edits.is_negative(e)
        )
        return next(later, None)

    @property
    def _reviewer(self) -> str:
        return str(self._settings.value("reviewer")).strip()

    def _items(self, events: Iterable[Event]) -> list[edits.ProjectEvent]:
        return self._project.items(events)

    def _ready(self) -> bool:
        if self._project.recording_id:
            return True
        if self._project.project is None:
            self.told.emit("One moment: the project is still being opened.")
        else:
            self.told.emit("One moment: the recording is still being looked up in the project.")
        return False

    def _do(self, command: edits.Command) -> bool:
        """Whether the step was made; where it was refused, a person is told why."""
        if not self._ready():
            return False
        try:
            self._project.apply(command)
        except ProjectError as error:
            self.failed.emit(error)
            return False
        self.decided.emit()
        return True
