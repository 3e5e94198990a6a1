"""Label sets while they are edited, and the reasons why an input is refused."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.labels.project import LabelSet, OwnLabel, new_id


@dataclass(slots=True)
class LabelSetDraft:
    """One set. Setters return why a text is refused, "" if it is accepted.

    `used`: shortcuts of the window's actions, title by upper-case letter.
    """

    id: str
    name: str
    class_map: ClassMap
    used: Mapping[str, str]
    labels: list[OwnLabel] = field(default_factory=list)

    def label_set(self) -> LabelSet:
        """The set as it is now."""
        return LabelSet(self.id, self.name.strip(), tuple(self.labels))

    def add(self, name: str) -> int:
        """Appends a label, numbered where the name is in use; its row."""
        self.labels.append(OwnLabel(_unused(name, {label.name for label in self.labels})))
        return len(self.labels) - 1

    def remove(self, rows: Collection[int]) -> None:
        """Removes the labels in these rows."""
        self.labels = [label for row, label in enumerate(self.labels) if row not in rows]

    def move(self, row: int, by: int) -> bool:
        """Swaps a label with the one `by` rows below; False where there is none."""
        if row < 0 or not 0 <= row + by < len(self.labels):
            return False
        labels = self.labels
        labels[row], labels[row + by] = labels[row + by], labels[row]
        return True

    def set_name(self, row: int, name: str) -> str:
        """Renames a label; the name of a class also maps it to that class."""
        if not name:
            return "A label needs a name."
        if any(label.name == name for n, label in enumerate(self.labels) if n != row):
            return f"The label {name} already exists."
        self.labels[row] = mapped(replace(self.labels[row], name=name), self.class_map)
        return ""

    def set_shortcut(self, row: int, key: str) -> str:
        """Gives a label a shortcut of one character; "" for the one of its position."""
        if key:
            if len(key) > 1 or not key.isprintable() or key.isspace():
                return "A shortcut is one letter, digit or symbol."
            if key.upper() in self.used:
                return f"{key.upper()} is already the shortcut of {self.used[key.upper()]}."
            for n, other in enumerate(self.labels):
                if n != row and other.key.casefold() == key.casefold():
                    return f"This is already the shortcut of {other.name}."
        self.labels[row] = replace(self.labels[row], key=key.casefold())
        return ""

    def set_class(self, row: int, name: str) -> str:
        """Maps a label to a class of AudioSet; "" for none."""
        match = self.class_map.find(name) if name else None
        if name and match is None:
            return f"“{name}” is not one of YAMNet's AudioSet classes."
        self.labels[row] = replace(
            self.labels[row],
            class_index=match.index if match else None,
            mid=match.mid if match else "",
        )
        return ""

    def set_color(self, row: int, color: str) -> None:
        """Gives a label a colour (#rrggbb); "" for that of its class."""
        self.labels[row] = replace(self.labels[row], color=color)


class LabelSetDrafts:
    """All sets of a project, in the order in which they are listed."""

    def __init__(
        self, sets: Iterable[LabelSet], class_map: ClassMap, used: Mapping[str, str]
    ) -> None:
        self._class_map = class_map
        self._used = used
        self._drafts = [self._draft(s.id, s.name, s.labels) for s in sets]

    def __len__(self) -> int:
        return len(self._drafts)

    def __iter__(self) -> Iterator[LabelSetDraft]:
        return iter(self._drafts)

    def at(self, row: int) -> LabelSetDraft | None:
        """The set in a row; None where there is none."""
        return self._drafts[row] if 0 <= row < len(self._drafts) else None

    def add(self) -> int:
        """Appends an empty set; its row."""
        return self._append("My labels", ())

    def insert(self, label_set: LabelSet) -> int:
        """Appends a set read from a file, its labels mapped to classes; its row."""
        return self._append(label_set.name, [mapped(x, self._class_map) for x in label_set.labels])

    def remove(self, row: int) -> None:
        """Removes a set."""
        del self._drafts[row]

    def _append(self, name: str, labels: Iterable[OwnLabel]) -> int:
        unused = _unused(name, {draft.name for draft in self._drafts})
        self._drafts.append(self._draft(new_id(), unused, labels))
        return len(self._drafts) - 1

    def _draft(self, set_id: str, name: str, labels: Iterable[OwnLabel]) -> LabelSetDraft:
        return LabelSetDraft(set_id, name, self._class_map, self._used, list(labels))


def mapped(label: OwnLabel, class_map: ClassMap) -> OwnLabel:
    """A label with the name of a class is mapped to that class; an invalid index is dropped."""
    match = class_map.find(label.name)
    if match is not None:
        return replace(label, class_index=match.index, mid=match.mid)
    if label.class_index is not None and label.class_index >= len(class_map):
        return replace(label, class_index=None)
    return label


def _unused(name: str, names: Collection[str]) -> str:
    """The name, with a number from 2 on where it is in use."""
    candidate, number = name, 2
    while candidate in names:
        candidate, number = f"{name} {number}", number + 1
    return candidate
