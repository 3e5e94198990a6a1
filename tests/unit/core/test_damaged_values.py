"""Damaged JSON and heads of arrays fail in one way only, and messages stay one sentence."""

import io
from dataclasses import dataclass

import numpy as np
import pytest

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.npy_header import read_npy_header
from yamnet_gui.core.typed_fields import typed_fields


@dataclass
class Fields:
    name: str = ""
    score: float | None = None
    onset: float = 0.0
    index: int | None = None
    labels: tuple[str, ...] = ()


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "", "[1,", "\ud800", b"\xff"])
def test_json_that_cannot_be_read_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        parse_json(text)


def test_whole_numbers_of_any_length_are_numbers() -> None:
    exact = parse_json(f"[1, -5, {2**63 - 1}, {-(2**63)}, {2**63}]")
    assert exact == [1, -5, 2**63 - 1, -(2**63), 2.0**63]
    assert [type(n) for n in exact] == [int, int, int, int, float]
    assert parse_json("9" * 5000) == float("inf")


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY\x03\x00",
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2"),  # a TokenError of NumPy
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (1, -2), }"),
        header("{'descr': '|O', 'fortran_order': False, 'shape': (1, 2), }"),
        header("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }"),
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"),
        header("(" * 60_000),
    ],
)
def test_a_damaged_head_of_an_array_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        read_npy_header(io.BytesIO(content), np.float32, 2)


def test_the_head_of_a_whole_array_gives_its_shape() -> None:
    file = io.BytesIO()
    np.save(file, np.zeros((3, 5), np.float32))
    file.seek(0)
    assert read_npy_header(file, np.float32, 2) == (3, 5)
    assert len(file.read()) == 60


def test_fields_are_of_the_type_that_they_declare() -> None:
    given = {"name": "\ud800x", "score": float("nan"), "onset": 1, "index": 3, "other": object()}
    made = typed_fields(Fields, given)
    assert made == {"name": "\\ud800x", "score": None, "onset": 1.0, "index": 3}
    assert type(made["onset"]) is float


@pytest.mark.parametrize(
    "given",
    [
        {"name": 1}, {"name": None}, {"name": ["a"]}, {"score": "1"}, {"score": True},
        {"onset": None}, {"onset": float("inf")}, {"index": 1.5}, {"index": True}, {"index": {}},
    ],
)  # fmt: skip
def test_fields_of_another_type_are_refused(given: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        typed_fields(Fields, given)


def test_what_a_message_cites_breaks_neither_its_line_nor_the_terminal() -> None:
    error = UserError("a\nb", "has \x1b[2J\ud800\u2028 in it" + "x" * 9000, "look\r\nat it")
    text = str(error)
    assert len(text) < 1200
    assert text.isprintable()
    text.encode()
