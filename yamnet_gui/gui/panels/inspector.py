"""What is known about the selected event, and what is heard at the cursor."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.channels import channel_name
from yamnet_gui.core.events import Event
from yamnet_gui.core.text import counted, grouped, listed
from yamnet_gui.detection import kinds_of
from yamnet_gui.detection.grouping import GroupedEvent
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.grouping import Grouping
from yamnet_gui.gui.state.selection import EventSelection
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.gui.state.top_classes import CLASSES_OF_EVENT, scores_of_event, span_scores
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.widgets.fonts import set_relative_font
from yamnet_gui.gui.widgets.frequency_range import FrequencyRangeFields
from yamnet_gui.gui.widgets.labels import KINDS, ElidedLabel, heading
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip, without_access_key
from yamnet_gui.gui.widgets.score_bars import ScoreBars, ScoreRow
from yamnet_gui.gui.widgets.scroll_column import ScrollColumn

from .classes_at_cursor import ClassesAtCursor, score_rows
from .event_facts import FactsForm, event_facts
from .key_legend import KeyLegend
from .note_editor import NoteEditor
from .several_events import facts_of_several
from .sound_track_choice import SoundTrackChoice

_MOST_HISTORY = 6
_TOP = "Top classes in this event"
_TOP_OF_FIRST = "Top classes in that one"


class InspectorPanel(QWidget):
    """The selected event with the best classes in its span, and the best classes at the cursor."""

    note_edited = Signal(str, str)  # event id, note
    class_clicked = Signal(int)
    relabel_requested = Signal(str, int)  # event id, class index
    frequency_range_edited = Signal(str, object, object)  # event id, low Hz, high Hz

    def __init__(
        self,
        document: Document,
        selection: EventSelection,
        timeline: Timeline,
        class_map: ClassMapState,
        grouping: Grouping | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._grouping = grouping
        self._selection = selection
        self._timeline = timeline
        self._class_map = class_map
        self._event: Event | None = None
        self._own_keys: Mapping[str, str] | None = None
        self._set_name = ""
        self._digit_keys: Mapping[str, str] = {}
        self._more: list[Callable[[Event], Sequence[tuple[str, str]]]] = []
        self._measures_above = False
        self._build()
        selection.changed.connect(self._on_selection)
        document.events_changed.connect(self._on_selection)
        document.scores_changed.connect(self._on_scores)
        document.recording_changed.connect(self._on_selection)
        timeline.time_text_changed.connect(self._show_event)
        self._on_selection()

    def add_facts(self, facts: Callable[[Event], Sequence[tuple[str, str]]]) -> None:
        """Also shows these facts (name and text) of each event; a fact of the same name replaces
        the former one. `refresh_facts` reads them again."""
        self._more.append(facts)

    def refresh_facts(self) -> None:
        """Shows the facts of the selected event as they are now."""
        self._show_event()

    def commit_note(self) -> None:
        """Hands over the note as it is now, if it was changed."""
        self.note.commit()

    def show_label_set(self, name: str, keys: Mapping[str, str] | None) -> None:
        """The chosen label set and its keys by label; None where digits go to the best classes."""
        self._set_name, self._own_keys = name, keys
        labels = " · ".join(
            f"{self._digit_keys.get(key, key).upper()} {label}"
            for label, key in (keys or {}).items()
        )
        self.own.setText(f"{name}: {labels}" if keys is not None else "")
        self.own.setVisible(keys is not None)
        if self._event is not None:
            self._show_span(self._event)

    def set_digit_keys(self, keys: Mapping[str, str]) -> None:
        """The keys that the user gave to what the digits do, by digit; "" for none."""
        self._digit_keys = keys
        self.show_label_set(self._set_name, self._own_keys)

    def show_legend(self, text: str) -> None:
        """What the keys do with an event; "" where nobody wants to read it."""
        self.legend.text.setText(text)
        self._show_event()

    def show_measures(
        self, title: str, rows: Sequence[tuple[str, str]], *, above: bool = False
    ) -> None:
        """What was measured of the event or of the selection; nothing without rows.

        `above`: in sight over everything about an event, which it is not about.
        """
        if above != self._measures_above:
            self._measures_above = above
            for widget in (self.measures, self.measures_title):
                self._column.removeWidget(widget)
                place = 0 if above else self._column.indexOf(self.frequency_range) + 1
                self._column.insertWidget(place, widget)
        if above and rows:
            self._scroll.verticalScrollBar().setValue(0)
        self.measures_title.setText(title)
        self.measures.show_rows(rows)
        for widget in (self.measures_title, self.measures):
            widget.setVisible(bool(rows))

    def show_history(self, lines: Sequence[str]) -> None:
        """What happened to the event so far, newest first."""
        shown = list(lines[:_MOST_HISTORY])
        if len(lines) > _MOST_HISTORY:
            shown.append(f"and {grouped(len(lines) - _MOST_HISTORY)} more")
        self.history.setText("\n".join(shown))
        several = self._are_several()
        for widget in (self.history_title, self.history):
            widget.setVisible(bool(lines) and not several)
        self.history.setToolTip(plain_tip("\n".join(lines[:40])))

    def sizeHint(self) -> QSize:
        return QSize(300, 380)

    def hideEvent(self, event: QHideEvent) -> None:
        self.commit_note()
        super().hideEvent(event)

    def _build(self) -> None:
        self.title = ElidedLabel("", self)
        set_relative_font(self.title, self, 1.1, bold=True)
        self.kinds = ElidedLabel("", self, dim=True, separator=KINDS)
        self.sound_tracks = SoundTrackChoice(self._document, self)
        self.swatch = QFrame(self)
        self.swatch.setFixedHeight(3)
        self.swatch.setAutoFillBackground(True)
        self.several = PlainLabel(self)
        self.several.setWordWrap(True)
        self.several.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.facts = FactsForm(self)
        self.span_title = heading(_TOP, self)
        self.span_bars = ScoreBars("Top classes in the event", self)
        self._connect_bars(self.span_bars)
        self.note = NoteEditor(self)
        self.note.edited.connect(self.note_edited)
        self.measures_title = heading("Measures", self)
        self.measures = FactsForm(self)
        self.own = PlainLabel(self)
        self.own.setWordWrap(True)
        self.own.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.own.hide()
        self.frequency_range = FrequencyRangeFields(self)
        self.frequency_range.edited.connect(self._on_frequency_range)
        self.legend = KeyLegend(self)
        self.legend.hide()
        self.history_title = heading("History", self)
        self.history = PlainLabel(self)
        self.history.setWordWrap(True)
        self.history.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.show_history(())
        self.at_cursor = ClassesAtCursor(self._document, self._timeline, self._class_map, self)
        self._connect_bars(self.at_cursor.bars)

        inside = QWidget(self)
        column = self._column = QVBoxLayout(inside)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        for widget in (
            self.sound_tracks,
            self.swatch,
            self.title,
            self.kinds,
            self.several,
            self.note,
            self.facts,
            self.frequency_range,
            self.measures_title,
            self.measures,
            self.own,
            self.span_title,
            self.span_bars,
            self.legend,
            self.history_title,
            self.history,
            self.at_cursor,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = self._scroll = ScrollColumn(inside, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self.show_measures("", ())

    def _connect_bars(self, bars: ScoreBars) -> None:
        bars.clicked.connect(self.class_clicked)
        bars.menu_requested.connect(self._on_bar_menu)

    def _on_selection(self) -> None:
        current = self._selection.current
        event = self._document.events.get(current) if current else None
        self.note.show_event(event)
        if event is not None and (self._event is None or event.id != self._event.id):
            self._scroll.verticalScrollBar().setValue(0)  # the name of the event is in sight
        self._event = event
        self._document.turns.do(self._show_event, len(self._selection.ids))

    def _on_scores(self) -> None:
        if self._event is not None:
            self._show_span(self._event)

    @Slot()
    def show_colors(self) -> None:
        """Draws again in the present colours of the classes."""
        self._show_event()
        self.at_cursor.refresh()

    def _show_event(self) -> None:
        event = self._event
        group = self._selected_group()
        several = [] if group is not None else self._several()
        of_any: tuple[QWidget, ...] = (self.swatch, self.title, self.facts)
        of_one: tuple[QWidget, ...] = (self.frequency_range, self.note)
        for widget in of_any:
            widget.setVisible(event is not None)
        for widget in of_one:
            widget.setVisible(event is not None and not several)
        for widget in (self.history_title, self.history):
            widget.setVisible(bool(self.history.text()) and not several)
        self.legend.setVisible(event is not None and bool(self.legend.text.text()))
        self.several.setVisible(bool(several) or group is not None)
        if event is None:
            self.kinds.hide()
            self.span_title.hide()
            self.span_bars.hide()
            return
        if several:
            self._show_several(event, several)
            return
        if group is not None:
            span = self._timeline.span_text(group.event.onset_s, group.event.offset_s)
            many = counted(len(group.members), "event")
            self.several.setText(
                f"{group.event.label}, {span}: {many} grouped as one. Accept, reject, "
                "relabel and delete apply to all of them; the most likely one is shown."
            )
        self._show_color(event.class_index, event.label)
        self.title.setText(event.label)
        kinds = self._kinds(event)
        self.kinds.setText(kinds)
        self.kinds.setVisible(bool(kinds))
        self.facts.show_rows(self._facts_of(event))
        recording = self._document.recording
        rate = recording.info.sample_rate_hz if recording else 0
        self.frequency_range.show_range(event.low_hz, event.high_hz, rate / 2)
        self._show_span(event)

    def _show_several(self, first: Event, events: Sequence[Event]) -> None:
        """Nothing that holds for one of them alone, but for the classes that the digits give."""
        same = len({event.label for event in events}) == 1
        self.swatch.setVisible(same)
        self._show_color(first.class_index, first.label)
        many = counted(len(events), "event")
        self.title.setText(f"{many} of {first.label}" if same else many)
        self.kinds.hide()
        self.several.setText(
            "Accept, reject, relabel and delete apply to all of them; onset, offset and split only "
            f"to {first.label} at {self._timeline.time_text(first.onset_s, 2)}."
        )
        self.facts.show_rows(facts_of_several(events, self._timeline))
        self._show_span(first)

    def _selected_group(self) -> GroupedEvent | None:
        """The group of which all events are selected, and nothing else."""
        event, count = self._event, len(self._selection.ids)
        group = self._grouping.group_of(event.id) if self._grouping and event else None
        whole = group is not None and count > 1 and len(group.members) == count
        return group if whole else None

    def _several(self) -> list[Event]:
        """The selected events where there are more than one."""
        return list(self._selected()) if self._are_several() else []

    def _are_several(self) -> bool:
        """Whether more than one event is selected; quick, however many there are."""
        return len(list(islice(self._selected(), 2))) > 1

    def _selected(self) -> Iterator[Event]:
        return filter(None, map(self._document.events.get, self._selection.ids))

    def _show_color(self, class_index: int | None, label: str) -> None:
        palette = self.swatch.palette()
        palette.setColor(QPalette.ColorRole.Window, class_color(class_index, label))
        self.swatch.setPalette(palette)

    def _on_frequency_range(self, low_hz: float | None, high_hz: float | None) -> None:
        if self._event is not None:
            self.frequency_range_edited.emit(self._event.id, low_hz, high_hz)

    def _facts_of(self, event: Event) -> list[tuple[str, str]]:
        rows = dict(event_facts(event, self._timeline))
        kinds = kinds_of(event, self._document.shown.left_out, self._class_map.ontology)
        if kinds:
            rows["Also as"] = listed(
                f"{one.label} {one.score_max:.2f}" if one.score_max is not None else one.label
                for one in sorted(kinds, key=lambda kind: -(kind.score_max or 0.0))
            )
        for more in self._more:
            rows.update(more(event))
        return list(rows.items())

    def _kinds(self, event: Event) -> str:
        """What the class is a kind of, widest first, along the first parents."""
        tree, index = self._class_map.ontology, event.class_index
        node = tree.of_class(index) if index is not None else None
        return KINDS.join(n.name for n in tree.path_to(node.mid)) if node is not None else ""

    def _show_span(self, event: Event) -> None:
        span = span_scores(self._document, event)
        title = _TOP_OF_FIRST if self._are_several() else _TOP
        own = scores_of_event(self._document, event)
        if own is not None and {own.channel, event.channel} != {None}:
            title += f"  ·  {channel_name(own.channel).lower()}"
        self.span_title.setText(title)
        self.span_title.setVisible(span is not None)
        self.span_bars.setVisible(span is not None)
        if span is not None:
            best = span.max(axis=0)
            mean = span.mean(axis=0)
            rows = score_rows(self._class_map, best, mean, CLASSES_OF_EVENT)
            keyed = [replace(row, key=self._key_of(n, row)) for n, row in enumerate(rows, start=1)]
            when = self._timeline.span_text(event.onset_s, event.offset_s)
            self.span_bars.set_rows(keyed, CLASSES_OF_EVENT, when)

    def _key_of(self, number: int, row: ScoreRow) -> str:
        """The key that gives the event the class of a row; "" where none does."""
        key = str(number) if self._own_keys is None else self._own_keys.get(row.name, "")
        return self._digit_keys.get(key, key)

    def menu_for(self, class_index: int) -> QMenu:
        """What can be done with a class in the lists of top classes."""
        name = self._class_map.value[class_index].name
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        show = menu.addAction(f"Show the scores of {without_access_key(name)}")
        show.triggered.connect(lambda: self.class_clicked.emit(class_index))
        if self._event is not None and self._event.class_index != class_index:
            event_id = self._event.id
            several = len(self._several())
            which = f"all {counted(several, 'event')}" if several else "the event"
            relabel = menu.addAction(f"Relabel {which} as {without_access_key(name)}")
            relabel.triggered.connect(lambda: self.relabel_requested.emit(event_id, class_index))
        return menu

    def _on_bar_menu(self, position: QPoint, class_index: int) -> None:
        self.menu_for(class_index).popup(position)
