"""Frozen values that are made quickly are what the dataclass alone would make."""

import copy
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, replace
from typing import Any

import pytest

from yamnet_gui.core.frozen import made_quickly


@dataclass(frozen=True, slots=True)
class Slow:
    low: float
    high: float = 1.0
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.high < self.low:
            raise ValueError("upside down")


@made_quickly
@dataclass(frozen=True, slots=True)
class Quick:
    low: float
    high: float = 1.0
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.high < self.low:
            raise ValueError("upside down")


def test_it_is_the_same_value_in_every_respect() -> None:
    value, slow = Quick(0.5, names=("a",)), Slow(0.5, names=("a",))
    assert type(value) is Quick
    assert repr(value) == repr(slow).replace("Slow", "Quick")
    assert value == Quick(0.5, 1.0, ("a",)) != replace(value, high=2.0)
    assert hash(value) == hash(slow)
    assert inspect.signature(Quick) == inspect.signature(Slow)
    assert copy.copy(value) == pickle.loads(pickle.dumps(value)) == value
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize("change", [lambda v: setattr(v, "low", 0.0), lambda v: delattr(v, "low")])
def test_it_stays_frozen(change: Callable[[Quick], None]) -> None:
    with pytest.raises(FrozenInstanceError):
        change(Quick(0.5))


@pytest.mark.parametrize(
    ("values", "named", "error"),
    [((), {}, TypeError), ((1, 2, 3, 4), {}, TypeError), ((1,), {"other": 1}, TypeError),
     ((2.0, 1.0), {}, ValueError)],
)  # fmt: skip
def test_what_is_wrong_is_refused_alike(
    values: tuple[Any, ...], named: dict[str, Any], error: type[Exception]
) -> None:
    said = []
    for cls in (Quick, Slow):
        with pytest.raises(error) as raised:
            cls(*values, **named)
        said.append(str(raised.value).replace("Slow", "Quick"))
    assert said[0] == said[1]
