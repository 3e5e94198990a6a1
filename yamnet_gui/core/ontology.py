"""The AudioSet ontology: which sound classes are below which others."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from .class_map import ClassMap
from .errors import SettingsError


@dataclass(frozen=True, slots=True)
class OntologyNode:
    """A kind of sound. `class_index` is None where the model has no output for it."""

    mid: str
    name: str
    parent_mids: tuple[str, ...]
    abstract: bool
    class_index: int | None


@dataclass(frozen=True)
class Ontology:
    """Nodes in the order of the table. A node may have several parents."""

    nodes: tuple[OntologyNode, ...]

    @classmethod
    def from_csv(cls, path: Path) -> "Ontology":
        """Reads `mid,display_name,parent_mids,abstract,yamnet_index`.

        Raises SettingsError where the file cannot be read or names an unknown parent.
        """
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                nodes = tuple(
                    OntologyNode(
                        mid=row["mid"],
                        name=row["display_name"],
                        parent_mids=tuple(row["parent_mids"].split()),
                        abstract=row["abstract"] == "1",
                        class_index=int(row["yamnet_index"]) if row["yamnet_index"] else None,
                    )
                    for row in csv.DictReader(file)
                )
        except OSError as error:
            raise SettingsError(path, f"cannot be read ({error.strerror})") from error
        except (KeyError, AttributeError, TypeError, ValueError) as error:
            raise SettingsError(path, "is not an ontology table") from error
        known = {node.mid for node in nodes}
        for node in nodes:
            for parent in node.parent_mids:
                if parent not in known:
                    raise SettingsError(path, f"{node.name} has the unknown parent {parent}")
        return cls(nodes)

    def for_classes(self, class_map: ClassMap) -> "Ontology":
        """The same tree with the outputs of another model.

        A class stands for the node with its AudioSet id, or where it has none for that of its name.
        """
        indices: dict[str, int] = {}
        by_name = {node.name.casefold(): node.mid for node in self.nodes}
        for one in class_map:
            mid = one.mid if one.mid in self._by_mid else by_name.get(one.name.casefold(), "")
            if mid:
                indices.setdefault(mid, one.index)
        return Ontology(
            tuple(replace(node, class_index=indices.get(node.mid)) for node in self.nodes)
        )

    @cached_property
    def _by_mid(self) -> dict[str, OntologyNode]:
        return {node.mid: node for node in self.nodes}

    @cached_property
    def _by_class(self) -> dict[int, OntologyNode]:
        return {n.class_index: n for n in self.nodes if n.class_index is not None}

    @cached_property
    def _children(self) -> dict[str, tuple[OntologyNode, ...]]:
        by_parent: dict[str, list[OntologyNode]] = {}
        for node in self.nodes:
            for parent in node.parent_mids:
                by_parent.setdefault(parent, []).append(node)
        return {mid: tuple(children) for mid, children in by_parent.items()}

    @property
    def roots(self) -> tuple[OntologyNode, ...]:
        return tuple(node for node in self.nodes if not node.parent_mids)

    @cached_property
    def class_order(self) -> tuple[int, ...]:
        """The classes as the tree is read from top to bottom, each where it stands first."""
        order: dict[int, None] = {}
        waiting = [node.mid for node in reversed(self.roots)]
        while waiting:
            mid = waiting.pop()
            class_index = self._by_mid[mid].class_index
            if class_index is not None:
                order.setdefault(class_index)
            waiting.extend(child.mid for child in reversed(self.children(mid)))
        return tuple(order)

    @cached_property
    def class_places(self) -> dict[int, int]:
        """The place of each class in `class_order`."""
        return {index: place for place, index in enumerate(self.class_order)}

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {node.mid: at for at, node in enumerate(self.nodes)}

    @cached_property
    def positions_below(self) -> tuple[tuple[int, ...], ...]:
        """For each of `nodes` the positions of all those under it."""
        places = self._positions
        return tuple(tuple(places[n.mid] for n in self.below(node.mid)) for node in self.nodes)

    @cached_property
    def depths(self) -> tuple[int, ...]:
        """For each of `nodes` how many are over it: everything below it has more."""
        return tuple(len(self.above(node.mid)) for node in self.nodes)

    def position(self, class_index: int | None, mid: str, label: str = "") -> int:
        """The place in `nodes` of an AudioSet id, else of a class; -1 where there is none.

        The index of a class says which it is only together with the model: where a `label` is
        given, that of another class does not count.
        """
        if mid in self._positions:
            return self._positions[mid]
        node = None if class_index is None else self._by_class.get(class_index)
        if node is None or (label and node.name != label):
            return -1
        return self._positions[node.mid]

    def of_event(self, class_index: int | None, mid: str, label: str) -> OntologyNode | None:
        """The node that an event's class stands for, whatever model it is of."""
        place = self.position(class_index, mid, label)
        return None if place < 0 else self.nodes[place]

    def node(self, mid: str) -> OntologyNode | None:
        return self._by_mid.get(mid)

    def of_class(self, class_index: int) -> OntologyNode | None:
        return self._by_class.get(class_index)

    def children(self, mid: str) -> tuple[OntologyNode, ...]:
        return self._children.get(mid, ())

    def below(self, mid: str) -> tuple[OntologyNode, ...]:
        """Every node under `mid` (without itself), each once, nearest first."""
        return self._walk(mid, lambda m: (n.mid for n in self.children(m)))

    def above(self, mid: str) -> tuple[OntologyNode, ...]:
        """Every node over `mid` (without itself), each once, nearest first."""
        return self._walk(mid, lambda m: self._by_mid[m].parent_mids)

    def path_to(self, mid: str) -> tuple[OntologyNode, ...]:
        """What `mid` is a kind of, widest first, along the first parents: one way of several."""
        way: list[OntologyNode] = []
        node = self._by_mid.get(mid)
        while node is not None and node.parent_mids:
            node = self._by_mid.get(node.parent_mids[0])
            if node is not None:
                way.append(node)
        return tuple(reversed(way))

    def classes_at_or_below(self, class_index: int) -> frozenset[int]:
        """The class and all those that are kinds of it."""
        node = self.of_class(class_index)
        below = self.below(node.mid) if node else ()
        return frozenset(
            {class_index, *(n.class_index for n in below if n.class_index is not None)}
        )

    def _walk(self, mid: str, step: Callable[[str], Iterable[str]]) -> tuple[OntologyNode, ...]:
        nodes: dict[str, OntologyNode] = {}
        queue = list(step(mid)) if mid in self._by_mid else []
        while queue:
            nearest = queue.pop(0)
            if nearest not in nodes and nearest != mid:
                nodes[nearest] = self._by_mid[nearest]
                queue.extend(step(nearest))
        return tuple(nodes.values())
