"""Which classes are listed, in which order or as which tree, and their figures."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.class_map import ClassMap, SoundClass
from yamnet_gui.core.ontology import OntologyNode
from yamnet_gui.core.text import holds_words
from yamnet_gui.gui.state.class_counts import class_counts
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassOrder
from yamnet_gui.gui.state.document import Document

ROOT = 0
"""Number of the node above all rows."""


@dataclass(slots=True)
class ClassNode:
    """A row: a class, or a group of the ontology that the model has no output for."""

    name: str
    mid: str = ""
    class_index: int | None = None
    parent: int = ROOT
    row: int = 0
    children: list[int] = field(default_factory=list)
    members: frozenset[int] = frozenset()


class ClassMetrics:
    """Best score, mean score and number of events of every class, each of shape (classes,)."""

    def __init__(self, document: Document, class_map: ClassMap) -> None:
        scores, class_count = document.scores, len(class_map)
        self._known = scores is not None and bool(scores.ready)
        self.best = np.zeros(class_count, np.float32)
        self.mean = np.zeros(class_count, np.float64)
        if scores is not None:  # they may not have followed yet where a custom class came or went
            both = min(class_count, scores.class_count)
            self.best[:both], self.mean[:both] = scores.best[:both], scores.mean[:both]
        self.counts, drawn = class_counts(document.shown.events.events, class_map)
        self.with_events = frozenset(np.flatnonzero(drawn).tolist())

    def score(self, node: ClassNode) -> float | None:
        """Best score of a class or within a group; None before anything is analysed."""
        if not self._known:
            return None
        if node.class_index is not None:
            return float(self.best[node.class_index])
        return float(max((self.best[i] for i in node.members), default=0.0))

    def count(self, node: ClassNode) -> int:
        """Number of events of a class or of a group."""
        if node.class_index is not None:
            return int(self.counts[node.class_index])
        return int(sum(self.counts[i] for i in node.members))

    def order(self, by: ClassOrder, class_map: ClassMap) -> list[int]:
        """Class indices in this order."""
        keys: dict[ClassOrder, NDArray] = {
            ClassOrder.BEST: -self.best,
            ClassOrder.MEAN: -self.mean,
            ClassOrder.COUNT: -self.counts,
        }
        if by in keys:
            # Classes without events still deserve an order: that of their best scores.
            return [int(i) for i in np.lexsort((-self.best, keys[by]))]
        names = [c.name.casefold() for c in class_map]
        return sorted(range(len(names)), key=names.__getitem__)


class ClassRows:
    """The rows as nodes; node 0 is above all of them. `build` makes them, `sort` reorders them."""

    def __init__(self, class_map: ClassMapState) -> None:
        self._class_map = class_map
        self._search = ""
        self._kinds: frozenset[int] = frozenset()  # what is below a kind that was searched for
        self.class_count = 0
        self.nodes: list[ClassNode] = [ClassNode("")]

    def build(self, by: ClassOrder, search: str, metrics: ClassMetrics) -> None:
        """Lists the classes whose name holds every word of `search`, or that are such a kind."""
        self._search = search
        self._kinds = self._kinds_of(search)
        self.nodes = [ClassNode("")]
        self.class_count = len(self._class_map.value)
        if by is ClassOrder.ONTOLOGY:
            for node in self._class_map.ontology.roots:
                self._branch(node, ROOT)
            self._add_custom_classes()
            return
        for index in metrics.order(by, self._class_map.value):
            entry = self._class_map.value[index]
            if self._matches(entry):
                self._add(ClassNode(entry.name, entry.mid, index))

    def sorted_children(self, by: ClassOrder, metrics: ClassMetrics) -> list[int]:
        """The nodes of a flat list in this order."""
        numbers = {node.class_index: n for n, node in enumerate(self.nodes)}
        return [numbers[i] for i in metrics.order(by, self._class_map.value) if i in numbers]

    def set_order(self, children: list[int]) -> None:
        """Puts the rows of a flat list in the order of these nodes."""
        self.nodes[ROOT].children = children
        for row, number in enumerate(children):
            self.nodes[number].row = row

    def number_of(self, class_index: int) -> int | None:
        """The first node of a class; None where it is not listed."""
        numbered = enumerate(self.nodes[1:], start=1)
        return next((n for n, node in numbered if node.class_index == class_index), None)

    def _matches(self, entry: SoundClass) -> bool:
        """Whether a class has the words, or belongs to a category that was typed in full."""
        return entry.index in self._kinds or holds_words(entry.name, self._search)

    def _kinds_of(self, text: str) -> frozenset[int]:
        """The classes below the kind of sound of this name."""
        wanted = text.casefold()
        tree = self._class_map.ontology
        nodes = [n for n in tree.nodes if wanted and n.name.casefold() == wanted]
        below = (k.class_index for n in nodes for k in tree.below(n.mid))
        return frozenset(index for index in below if index is not None)

    def _add(self, node: ClassNode) -> int:
        number = len(self.nodes)
        above = self.nodes[node.parent]
        node.row = len(above.children)
        above.children.append(number)
        self.nodes.append(node)
        return number

    def _branch(self, source: OntologyNode, parent: int) -> bool:
        """Adds a node and what is below it; not where there is no class to be listed in it."""
        members = {n.class_index for n in self._class_map.ontology.below(source.mid)} - {None}
        name = source.name
        if source.class_index is not None:
            name = self._class_map.value[source.class_index].name
        node = ClassNode(
            name,
            source.mid,
            source.class_index,
            parent,
            members=frozenset(i for i in members if i is not None),
        )
        number = self._add(node)
        kinds = self._class_map.ontology.children(source.mid)
        below = [self._branch(child, number) for child in kinds]
        if any(below) or (
            source.class_index is not None
            and self._matches(self._class_map.value[source.class_index])
        ):
            return True
        self.nodes.pop()  # nothing was left below, so it is still the last
        self.nodes[parent].children.pop()
        return False

    def _add_custom_classes(self) -> None:
        """Custom classes have no place in the ontology: they get their own branch."""
        tree = self._class_map.ontology
        outside = [c for c in self._class_map.value if tree.of_class(c.index) is None]
        listed = [c for c in outside if self._matches(c)]
        if listed:
            members = frozenset(c.index for c in outside)
            branch = self._add(ClassNode("Custom classes", "custom classes", members=members))
            for entry in listed:
                self._add(ClassNode(entry.name, entry.name, entry.index, branch))
