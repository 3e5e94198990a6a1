"""What a transaction has changed."""

from dataclasses import dataclass, field

from yamnet_gui.core.events import Event

from .models import ProjectChange


@dataclass
class ChangeSet:
    """What a transaction has changed, for the event index and for listeners."""

    rows: dict[int, tuple[int, Event] | None] = field(default_factory=dict)
    events: dict[str, dict[str, None]] = field(default_factory=dict)
    recordings: set[str] = field(default_factory=set)
    reviewed: set[str] = field(default_factory=set)
    label_sets: bool = False
    rules: bool = False
    texts: bool = False

    def changes(self) -> tuple[ProjectChange, ...]:
        ids = dict.fromkeys([*self.events, *sorted(self.recordings | self.reviewed)])
        result = [
            ProjectChange(
                i, tuple(self.events.get(i, ())), i in self.recordings, i in self.reviewed
            )
            for i in ids
        ]
        if self.label_sets or self.rules or self.texts:
            result.append(
                ProjectChange(
                    label_sets_changed=self.label_sets,
                    rules_changed=self.rules,
                    texts_changed=self.texts,
                )
            )
        return tuple(result)
