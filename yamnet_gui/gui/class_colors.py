"""Which colour each class has: the same in every recording, another hue than its neighbours.

The hues are those of Okabe and Ito's palette for colour-blind readers (jfly.uni-koeln.de/color),
most of them in two lightnesses.
"""

import colorsys
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType

from yamnet_gui.core.resources import bundled_class_map, bundled_ontology

PALETTE = (
    "#56b4e9",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#f0e442",
    "#0072b2",
    "#d55e00",
    "#9ad1f5",
    "#ffcf70",
    "#5fd3b0",
    "#e8b3d0",
    "#f3a66d",
)
_CLOSER = 3
"""How much more it counts that a class differs from its parent than from a sibling."""
_NEAR = 5
"""Rows above and below from which a class differs where it can."""
LEAST_APART = 20
"""Degrees between two hues that nobody takes for one."""
_SERIES = (0, 6, 2, 4, 3, 1, 7, 11, 9, 8, 5, 10)
"""Colours in turn: each another hue than the one before."""


def hues_apart(one: str, other: str) -> float:
    """Degrees from the hue of a colour #rrggbb to that of another, 0 to 180."""
    apart = abs(_hue(one) - _hue(other))
    return min(apart, 360 - apart)


def color_of_class(index: int) -> str:
    """The colour #rrggbb of the class with this index; a custom class has one beyond the model."""
    model = _of_model()
    return PALETTE[model[index]] if index < len(model) else color_in_series(index - len(model))


def apart(
    order: Sequence[int], colored: Container[int], settled: Mapping[int, str] = MappingProxyType({})
) -> dict[int, str]:
    """Colours #rrggbb for those classes of a list that would stand below their own hue.

    `order` has the indices of the classes from the top; those that are not `colored` are grey in
    the list. All others keep the colour that they have everywhere, and those that are `settled`
    have these.
    """
    colors = [
        (settled.get(index) or color_of_class(index)) if index in colored else "" for index in order
    ]
    changed: dict[int, str] = {}
    for row, index in enumerate(order):
        above = colors[max(row - 1, 0) : row]
        fixed = [i for i in order[row + 1 : row + 2] if i in settled]
        below = colors[row + 1 : row + 2] if fixed else []  # else that one gives way
        if index in settled or not _alike(colors[row], above + below):
            continue
        beside = above + colors[row + 1 : row + 2]  # which then need not change, too
        near = colors[max(row - _NEAR, 0) : row + _NEAR]
        usable = [color for color in PALETTE if not _alike(color, beside)]
        colors[row] = min(usable, key=lambda color: sum(_alike(color, [one]) for one in near))
        changed[index] = colors[row]
    return changed


def color_in_series(place: int) -> str:
    """The colour #rrggbb of one of many things that are no classes; the first twelve differ."""
    return PALETTE[_SERIES[place % len(_SERIES)]]


def color_of_label(label: str) -> str:
    """The colour #rrggbb of a label that is no class."""
    return PALETTE[sum(map(ord, label)) % len(PALETTE)]


def assign(
    count: int, orders: Iterable[Sequence[int]], related: Iterable[tuple[int, Sequence[int]]]
) -> tuple[int, ...]:
    """A place in `PALETTE` for each of `count` classes.

    Classes that stand beside each other in one of the `orders` never share a hue. Of what that
    leaves, each class takes the colour that fewest of those have with which it is `related` (each
    a weight and a group), then the one that is used least.
    """
    beside: defaultdict[int, set[int]] = defaultdict(set)
    for order in orders:
        for one, other in pairwise(order):
            beside[one].add(other)
            beside[other].add(one)
    groups: defaultdict[int, list[tuple[int, Sequence[int]]]] = defaultdict(list)
    for weight, group in related:
        for member in group:
            groups[member].append((weight, group))
    colors = range(len(PALETTE))
    alike = [[j for j in colors if hues_apart(a, PALETTE[j]) < LEAST_APART] for a in PALETTE]
    used = [0] * len(PALETTE)
    places: dict[int, int] = {}
    # those with most neighbours choose first, while all hues are left for them
    for index in sorted(range(count), key=lambda i: (-len(beside[i]), i)):
        taken, near = [0] * len(PALETTE), [0] * len(PALETTE)
        for seen, others in ((taken, [(1, tuple(beside[index]))]), (near, groups[index])):
            for weight, group in others:
                for other in group:
                    if other in places:
                        for color in alike[places[other]]:
                            seen[color] += weight
        place = min(zip(taken, near, used, colors, strict=True))[-1]
        places[index] = place
        used[place] += 1
    return tuple(places[index] for index in range(count))


def list_orders() -> tuple[tuple[int, ...], ...]:
    """The orders in which the list of classes shows the model's, whatever a recording holds."""
    classes = bundled_class_map()
    by_name = sorted(range(len(classes)), key=lambda i: classes[i].name.casefold())
    return tuple(range(len(classes))), tuple(by_name), bundled_ontology().class_order


def _alike(color: str, others: Sequence[str]) -> bool:
    return bool(color) and any(other and hues_apart(color, other) < LEAST_APART for other in others)


@lru_cache(maxsize=1)
def _of_model() -> tuple[int, ...]:
    ontology = bundled_ontology()
    orders = list_orders()
    families = []
    for index in orders[-1]:  # a sound and its kinds are often heard together
        node = ontology.of_class(index)
        if node is not None:
            kinds = [c.class_index for c in ontology.children(node.mid)]
            known = [k for k in kinds if k is not None]
            families.append((1, [index, *known]))
            # a sound is shown beside its own kind more often than two kinds of it
            families.extend((_CLOSER, [index, kind]) for kind in known)
    return assign(len(orders[0]), orders, families)


@lru_cache(maxsize=256)
def _hue(color: str) -> float:
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 360 * colorsys.rgb_to_hsv(red, green, blue)[0]
