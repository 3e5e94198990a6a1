"""A list of JSON read item by item says the same as the whole of it."""

import json
import random

import pytest

from yamnet_gui.core.json_text import json_items, parse_json

_VALUES = [1, -2.5, 12345, 'a\n"]', {"a": [1, {"b": None}]}, [], [1, [2]], True, None, 10**30, "€"]
_EDITS = ["", ",", "]", "[", '"', "1", "\n", "}", "{", " x"]


def _outcome(make: object) -> object:
    try:
        return make()  # type: ignore[operator]
    except ValueError as error:
        return getattr(error, "msg", str(error)), getattr(error, "lineno", 0)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_whole_and_damaged_lists_read_in_parts_as_in_one_piece(size: int) -> None:
    rng = random.Random(size)
    for n in range(1500):
        values = [rng.choice(_VALUES) for _ in range(rng.randint(0, 5))]
        text = json.dumps(values, indent=rng.choice([None, 1]))
        if n % 3:
            place = rng.randrange(1, len(text))
            text = text[:place] + rng.choice(_EDITS) + text[place + 1 :]
        blocks = [text[k : k + size] for k in range(0, len(text), size)]
        assert _outcome(lambda b=blocks: list(json_items(b))) == _outcome(
            lambda t=text: parse_json(t)
        ), text


def test_items_come_before_the_rest_is_read() -> None:
    def blocks() -> object:
        yield '[{"a": 1}, '
        yield '{"a": 2}, '
        raise AssertionError("read on")

    items = json_items(blocks())  # type: ignore[arg-type]
    assert next(items) == {"a": 1}


def test_what_is_nested_too_deeply_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        list(json_items(["[" * 200_000]))
