"""Grouping by the ontology: classes that count with those below, and events grouped upwards."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import Event, EventList, ReviewState
from yamnet_gui.core.ontology import Ontology, OntologyNode
from yamnet_gui.core.scores import ScoreTable


def counting_below(
    table: ScoreTable, ontology: Ontology, classes: Collection[int] | None = None
) -> ScoreTable:
    """The table in which each of these classes (None: all) has the highest score of itself and
    everything below it in the ontology."""
    scores = np.array(table.scores)
    for index in range(scores.shape[1]) if classes is None else classes:
        below = sorted(ontology.classes_at_or_below(index))
        if len(below) > 1:
            scores[:, index] = table.scores[:, below].max(axis=1)
    scores.flags.writeable = False
    return replace(table, scores=scores)


GROUPING_LEVELS: dict[str, int] = {"main": 0, "kinds": 1, "finer": 2}
"""Names of whole levels of the ontology, counted from its roots."""


def grouping_levels(names: Iterable[str], ontology: Ontology) -> frozenset[str]:
    """Ids of the nodes to group by: those of a level of `GROUPING_LEVELS`, or nodes by name or id.

    Raises SettingsError where the ontology has no such node.
    """
    by_name = {node.name.casefold(): node.mid for node in reversed(ontology.nodes)}
    mids: set[str] = set()
    for name in names:
        if name in GROUPING_LEVELS:
            mids |= {n.mid for n in ontology.nodes if _depth(ontology, n) == GROUPING_LEVELS[name]}
        elif ontology.node(name) is not None:
            mids.add(name)
        elif name.casefold() in by_name:
            mids.add(by_name[name.casefold()])
        else:
            advice = f"name a class or one of {', '.join(GROUPING_LEVELS)}"
            raise SettingsError(name, "is not a sound class in the ontology", advice)
    return frozenset(mids)


def mids_below(ontology: Ontology, mid: str) -> frozenset[str]:
    """A node and everything below it."""
    return frozenset({mid, *(node.mid for node in ontology.below(mid))})


def _depth(ontology: Ontology, node: OntologyNode) -> int:
    """Steps up to a root, by the first parent of each."""
    depth = 0
    while node.parent_mids:
        parent = ontology.node(node.parent_mids[0])
        assert parent is not None
        node, depth = parent, depth + 1
    return depth


@dataclass(frozen=True, slots=True)
class GroupedEvent:
    """One event at a chosen level and the events that it stands for, by onset."""

    event: Event
    members: tuple[Event, ...]

    @property
    def leaf(self) -> Event:
        """The member with the highest score: what it most likely is."""
        return max(self.members, key=lambda e: (e.score_max or 0.0, -e.onset_s, e.id))


def in_branch(ontology: Ontology, event: Event, mid: str) -> bool:
    """Whether an event's class is this node or below it."""
    node = _node(ontology, event)
    return node is not None and (
        node.mid == mid or any(above.mid == mid for above in ontology.above(node.mid))
    )


def group_events(
    events: Iterable[Event],
    ontology: Ontology,
    class_map: ClassMap,
    levels: Collection[str],
    gap_s: float = 0.0,
) -> list[GroupedEvent]:
    """Events under any of the nodes `levels` (ids) as events of that node, the others unchanged.

    Of several nodes above an event the nearest takes it. Events of one node and channel that
    overlap, or lie at most `gap_s` apart, become one; every moment of every event stays covered.
    The grouped event has the id of its first member with the node's id added, the highest scores,
    and the state that all members share (else it is unreviewed). Rejected events only join each
    other. Touched events are shown inside a grouped one but not changed. Sorted by onset.
    """
    groups: dict[tuple[str, int | None, bool], list[Event]] = {}
    grouped: list[GroupedEvent] = []
    for event in events:
        level = _level(ontology, event, levels)
        if level is None:
            grouped.append(GroupedEvent(event, (event,)))
        else:
            rejected = event.state is ReviewState.REJECTED
            groups.setdefault((level.mid, event.channel, rejected), []).append(event)
    for (mid, _, _), members in groups.items():
        node = ontology.node(mid)
        assert node is not None
        grouped.extend(_joined(node, class_map, members, gap_s))
    return sorted(grouped, key=lambda f: (f.event.onset_s, f.event.offset_s, f.event.id))


def grouped_list(grouped: Iterable[GroupedEvent]) -> EventList:
    """The events at the chosen level as a list."""
    return EventList.of(f.event for f in grouped)


def _joined(
    node: OntologyNode, class_map: ClassMap, members: list[Event], gap_s: float
) -> Iterable[GroupedEvent]:
    ordered = sorted(members, key=lambda e: (e.onset_s, e.offset_s, e.id))
    run: list[Event] = []
    end = -np.inf
    for event in ordered:
        if run and event.onset_s > end + gap_s:
            yield _one(node, class_map, run)
            run = []
            end = -np.inf
        run.append(event)
        end = max(end, event.offset_s)
    if run:
        yield _one(node, class_map, run)


def _one(node: OntologyNode, class_map: ClassMap, members: list[Event]) -> GroupedEvent:
    first = members[0]
    last = max(members, key=lambda e: e.offset_s)
    entry = class_map.find(node.mid)
    event = Event(
        id=f"{first.id}@{node.mid}",
        onset_s=first.onset_s,
        offset_s=last.offset_s,
        label=node.name if entry is None else entry.name,
        class_index=None if entry is None else entry.index,
        mid=node.mid,
        channel=first.channel,
        score_max=_highest(e.score_max for e in members),
        score_mean=_highest(e.score_mean for e in members),
        probability=_highest(e.probability for e in members),
        onset_uncertainty_s=first.onset_uncertainty_s,
        offset_uncertainty_s=last.offset_uncertainty_s,
        rules_id=first.rules_id,
        state=first.state if len({e.state for e in members}) == 1 else ReviewState.UNREVIEWED,
    )
    return GroupedEvent(event, tuple(members))


def _highest(values: Iterable[float | None]) -> float | None:
    return max((v for v in values if v is not None), default=None)


def _level(ontology: Ontology, event: Event, levels: Collection[str]) -> OntologyNode | None:
    node = _node(ontology, event)
    if node is None:
        return None
    return next((n for n in (node, *ontology.above(node.mid)) if n.mid in levels), None)


def _node(ontology: Ontology, event: Event) -> OntologyNode | None:
    return ontology.of_event(event.class_index, event.mid, event.label)
