"""Colours of classes: stable, and other hues beside each other."""

from itertools import pairwise
from random import Random

import pytest

from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.gui.class_colors import (
    LEAST_APART,
    PALETTE,
    apart,
    assign,
    color_in_series,
    color_of_class,
    hues_apart,
    list_orders,
)
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.theme import class_color, keep_apart

CLASSES = len(bundled_class_map())


@pytest.mark.parametrize("number", range(len(list_orders())))
def test_neighbours_in_the_list_of_classes_never_share_a_hue(number: int) -> None:
    order = list_orders()[number]
    assert sorted(order) == list(range(CLASSES))
    colors = [color_of_class(index) for index in order]
    alike = [(a, b) for a, b in pairwise(colors) if hues_apart(a, b) < LEAST_APART]
    assert not alike


def test_custom_classes_go_on_with_other_hues() -> None:
    colors = [color_of_class(index) for index in range(CLASSES - 1, CLASSES + 30)]
    assert all(hues_apart(a, b) >= LEAST_APART for a, b in pairwise(colors))


def test_a_series_goes_through_the_whole_palette_before_it_repeats() -> None:
    colors = [color_in_series(place) for place in range(12)]
    assert sorted(colors) == sorted(PALETTE)
    assert color_in_series(12) == colors[0]


def test_all_colours_are_used_about_equally() -> None:
    counts = [list(map(color_of_class, range(CLASSES))).count(color) for color in PALETTE]
    assert min(counts) > CLASSES / len(PALETTE) * 0.8


def test_related_classes_differ_where_neighbours_leave_the_choice() -> None:
    places = assign(6, [range(6)], [(1, [0, 2, 4])])
    colors = [PALETTE[place] for place in places]
    assert len({colors[0], colors[2], colors[4]}) == 3
    assert min(hues_apart(colors[a], colors[b]) for a, b in [(0, 2), (0, 4), (2, 4)]) >= LEAST_APART


@pytest.mark.parametrize("seed", range(20))
def test_neighbours_differ_in_any_order_and_few_classes_change(seed: int) -> None:
    random = Random(seed)
    order = [*range(CLASSES + 30)]  # with custom classes, as sorted by the scores of a recording
    random.shuffle(order)
    everything = apart(order, set(order))
    colors = [everything.get(index) or color_of_class(index) for index in order]
    assert not [(a, b) for a, b in pairwise(colors) if hues_apart(a, b) < LEAST_APART]
    assert set(everything.values()) <= set(PALETTE)
    drawn = set(order[:10]) | {index for index in order[10:40] if random.random() < 0.5}
    some = apart(order, drawn)
    shown = {i: some.get(i) or color_of_class(i) for i in drawn}
    beside = [(shown[a], shown[b]) for a, b in pairwise(order) if a in drawn and b in drawn]
    assert beside
    assert min(hues_apart(a, b) for a, b in beside) >= LEAST_APART
    assert some.keys() <= drawn
    assert len(some) <= len(drawn) / 3


def test_orders_that_no_recording_changes_need_no_other_colours() -> None:
    assert all(apart(order, set(order)) == {} for order in list_orders())


def test_classes_keep_their_colours_while_the_list_sorts_itself_anew() -> None:
    order = list(range(40))
    keep_apart(order, set(order))
    before = {i: class_color(i).name() for i in order}
    alike = next(j for j in order[2:] if hues_apart(before[0], before[j]) < LEAST_APART)
    resorted = [0, alike, *(i for i in order if i not in (0, alike)), 100, 140]
    assert not keep_apart(resorted[:-2], set(order), anew=False)
    keep_apart(resorted, {*order, 100, 140}, anew=False)
    assert {i: class_color(i).name() for i in order} == before
    for above, below in pairwise(resorted[-3:]):  # new ones stand apart from all
        assert hues_apart(class_color(above).name(), class_color(below).name()) >= LEAST_APART
    keep_apart(order[::-1], {order[-1]}, anew=False)
    assert {i: class_color(i).name() for i in order} == before  # also those that are grey now
    keep_apart(resorted, set(resorted))
    assert hues_apart(class_color(0).name(), class_color(alike).name()) >= LEAST_APART
    keep_apart((), ())


def test_a_label_that_names_a_class_has_the_colour_of_the_class() -> None:
    classes = ClassMapState(bundled_class_map())
    own = class_color(None, "metronome")
    classes.set_custom_classes(["my bell", "metronome"])
    assert class_color(None, "metronome") == class_color(CLASSES + 1, "metronome")
    assert class_color(None, "Dog") == class_color(69, "Dog")
    classes.set_custom_classes([])
    assert class_color(None, "metronome") == own
