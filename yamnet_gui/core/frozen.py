"""Frozen dataclasses that are made by the million, as quickly as those that are not frozen."""

from dataclasses import fields, make_dataclass
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")


def made_quickly(cls: type[T]) -> type[T]:
    """The frozen dataclass with slots, made in less than half the time.

    A frozen class fills each of its fields through `object.__setattr__`. Here its values are
    filled while they belong to a twin with the same slots that is not frozen, which nobody else
    ever sees: Python lets an object change to a class of the same layout.
    """
    twin = make_dataclass(
        cls.__name__,
        [(f.name, f.type, f) for f in fields(cls)],  # type: ignore[arg-type]
        slots=True,
        eq=False,
        repr=False,
    )
    fill, become = twin.__init__, object.__setattr__  # type: ignore[misc]
    check = getattr(cls, "__post_init__", None)

    @wraps(cls.__init__)
    def made(self: Any, *values: Any, **named: Any) -> None:
        become(self, "__class__", twin)
        fill(self, *values, **named)
        become(self, "__class__", cls)
        if check is not None:
            check(self)

    cls.__init__ = made  # type: ignore[method-assign]
    return cls
