"""One event for one sound: which events a view leaves out because others stand for them.

The network gives a cricket a score as Cricket, Insect, Wild animals and Animal, and each becomes an
event. What is shown is the most particular class that is sure, which is to say that it reached its
threshold. Nothing is removed: everything stays stored, and nothing that a user made or decided is
ever left out. Where the user has corrected a label, the sound has its event: the broader classes
that its former label stood for stay left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import Event, EventList, ReviewState, touched
from yamnet_gui.core.negatives import negatives
from yamnet_gui.core.ontology import Ontology

SILENCE = "/m/028v0c"
"""The class of what is no sound: shown only where it is asked for."""
_COVERED = 0.8
"""The part of an event that others must cover to stand for it. On labelled scenes no right label
gets lost at 0.8; see docs/decisions/default-rules.md."""
_UNSURE = frozenset({ReviewState.REJECTED.value, ReviewState.UNCERTAIN.value})

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sounds:
    """Events as columns, each of shape (n,).

    `node`: the position of the class in `Ontology.nodes`, -1 for none. `place`: a number for each
    recording and channel. `onset_s`, `offset_s` in seconds. `free`: the user has neither made nor
    decided it, so it may be left out. `real`: neither rejected nor uncertain, so it may stand for
    others. `corrected`: left behind by the correction of a label (`core.negatives`).
    """

    node: Ints
    place: Ints
    onset_s: Floats
    offset_s: Floats
    free: Bools
    real: Bools
    corrected: Bools

    @classmethod
    def of(cls, events: Sequence[Event] | EventList, ontology: Ontology) -> "Sounds":
        """Events of one recording."""
        classes = list(map(attrgetter("class_index", "mid", "label"), events))
        node_of = {key: ontology.position(*key) for key in set(classes)}
        bounds = events.bounds if isinstance(events, EventList) else None
        channels = list(map(attrgetter("channel"), events))
        words = list(map(attrgetter("state._value_"), events))  # no hash of each member
        return cls(
            np.array(list(map(node_of.__getitem__, classes)), np.int64),
            np.array([-1 if channel is None else channel for channel in channels], np.int64),
            np.array([e.onset_s for e in events]) if bounds is None else bounds[:, 0],
            np.array([e.offset_s for e in events]) if bounds is None else bounds[:, 1],
            ~touched(events),
            np.array([word not in _UNSURE for word in words], np.bool_),
            negatives(events),
        )


def shown_events(events: Iterable[Event], ontology: Ontology) -> list[Event]:
    """The events of one recording that are shown by default, in the order given."""
    listed = list(events)
    left_out = duplicates(Sounds.of(listed, ontology), ontology)
    return [event for event, out in zip(listed, left_out.tolist(), strict=True) if not out]


def kinds_of(event: Event, left_out: Iterable[Event], ontology: Ontology) -> list[Event]:
    """Of the events that are left out, those for which this one stands, alone or with others: of
    broader classes, on the same channel, at the same time. The most particular is first."""
    at = ontology.position(event.class_index, event.mid, event.label)
    own = [ontology.nodes[at]] if at >= 0 else []
    former = event.original.label if event.original is not None else event.label
    if former != event.label:
        own += [node for node in ontology.nodes if node.name == former]
    broader = list(dict.fromkeys(n.mid for one in own for n in ontology.above(one.mid)))
    found = [
        (broader.index(mid), other.onset_s, other.id, other)
        for other in left_out
        if other.channel == event.channel
        and other.onset_s < event.offset_s
        and event.onset_s < other.offset_s
        and (node := ontology.of_event(other.class_index, other.mid, other.label))
        and (mid := node.mid) in broader
    ]
    return [other for *_, other in sorted(found, key=lambda entry: entry[:3])]


def duplicates(sounds: Sounds, ontology: Ontology) -> Bools:
    """Which events are left out, shape (n,).

    From the most particular classes upwards, an event is left out where events of classes below its
    own, that are shown, together cover at least four fifths of it. What a corrected label left
    behind counts among them as long as an event of the user's covers it as well. Silence is always
    left out. Takes some n log n.
    """
    out = sounds.free & (sounds.node == ontology.position(None, SILENCE))
    if not len(out):
        return out
    view = _View(sounds, ontology)
    stands = sounds.real.copy()
    former, own = np.flatnonzero(sounds.corrected), np.flatnonzero(sounds.real & ~sounds.free)
    if len(former) and len(own):
        stands[former] |= view.covered(former, own)
    for node in view.upwards():
        general = view.at(node)
        general = general[sounds.free[general]]
        below = view.below(node)
        below = below[stands[below] & ~out[below]]
        if len(general) and len(below):
            out[general] |= view.covered(general, below)
    return out


class _View:
    """Events by class, on one time line on which recordings and channels follow each other."""

    def __init__(self, sounds: Sounds, ontology: Ontology) -> None:
        self._ontology = ontology
        _, place = np.unique(sounds.place, return_inverse=True)
        first = np.full(place.max() + 1, np.inf)
        last = np.full(place.max() + 1, -np.inf)
        np.minimum.at(first, place, sounds.onset_s)
        np.maximum.at(last, place, sounds.offset_s)
        lengths = last - first + 1.0  # places do not touch
        shift = (np.concatenate([[0.0], np.cumsum(lengths)[:-1]]) - first)[place]
        self._onset_s = sounds.onset_s + shift
        self._offset_s = sounds.offset_s + shift
        order = np.lexsort((self._onset_s, sounds.node))
        nodes, starts = np.unique(sounds.node[order], return_index=True)
        parts = np.split(order, starts[1:])
        self._by_node = {n: p for n, p in zip(nodes.tolist(), parts, strict=True) if n >= 0}
        self._none = np.empty(0, np.int64)

    def at(self, node: int) -> Ints:
        """The events of a class, by onset."""
        return self._by_node.get(node, self._none)

    def below(self, node: int) -> Ints:
        """The events of all classes below it."""
        parts = [
            self._by_node[n] for n in self._ontology.positions_below[node] if n in self._by_node
        ]
        return np.concatenate(parts) if parts else self._none

    def upwards(self) -> Iterator[int]:
        """The classes that there are, each after all those below it."""
        depths = self._ontology.depths
        return iter(sorted(self._by_node, key=lambda node: (-depths[node], node)))

    def covered(self, events: Ints, others: Ints) -> Bools:
        """Which of the events the others together cover by at least half."""
        start_s, end_s = self._onset_s[events], self._offset_s[events]
        order = others[np.argsort(self._onset_s[others], kind="stable")]
        reach = np.maximum.accumulate(self._offset_s[order])
        first = np.ones(len(order), bool)
        first[1:] = self._onset_s[order][1:] > reach[:-1]
        starts = self._onset_s[order][first]
        ends = reach[np.append(np.flatnonzero(first)[1:] - 1, len(order) - 1)]
        sums = np.concatenate([[0.0], np.cumsum(ends - starts)])

        def up_to(moments: Floats) -> Floats:
            begun = np.searchsorted(starts, moments, "right")
            return sums[begun] - np.maximum(ends[np.maximum(begun - 1, 0)] - moments, 0.0) * (
                begun > 0
            )

        begun = np.searchsorted(starts, start_s, "right")
        inside = (begun > 0) & (ends[np.maximum(begun - 1, 0)] >= start_s)
        enough = up_to(end_s) - up_to(start_s) >= _COVERED * (end_s - start_s) - 1e-6
        return np.where(end_s > start_s, enough, inside)
