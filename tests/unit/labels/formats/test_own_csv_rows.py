"""The program's own table is read by column; row by row it means the same."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.labels.formats import ImportResult, ReadOptions, read_labels, write_labels
from yamnet_gui.labels.formats.own_csv_rows import RowReader

from .strategies import projects

HEADER = "file,onset_s,offset_s,label,state,score_max,channel,note,recorded_at,model_sha256\n"
GOOD = "a.wav,1.5,2.5,Dog,accepted,0.5,0,near,2026-05-01T10:00:01.500000+00:00,ab12\n"


def by_column(path: Path) -> ImportResult:
    """Raises AssertionError where a row is looked at by itself."""

    def refuse(reader: RowReader, row: object, line: int) -> None:
        raise AssertionError(f"line {line} was looked at by itself")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RowReader, "_read_row", refuse)
        return read_labels("csv", path, options=ReadOptions(sidecar=False))


def by_row(path: Path) -> ImportResult:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RowReader, "_read_columns", lambda reader, block: False)
        return read_labels("csv", path, options=ReadOptions(sidecar=False))


@given(projects())
@settings(deadline=None, max_examples=30)
def test_columns_say_what_rows_say(
    tmp_path_factory: pytest.TempPathFactory, recordings: list[LabelledRecording]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "labels.csv"
    write_labels("csv", recordings, path)
    assert read_labels("csv", path, options=ReadOptions(sidecar=False)) == by_row(path)


def test_a_table_of_this_program_is_read_by_column(tmp_path: Path) -> None:
    """Rows that are alike get ids of their own, also from one block of rows to the next."""
    rng = random.Random(1)
    path = tmp_path / "labels.csv"
    rows = [
        f"{rng.choice('abc')}.wav,{n % 40 / 4},{n % 40 / 4 + 1},{rng.choice(['Dog', 'Amsel'])},"
        f"{rng.choice(['accepted', ''])},{rng.choice(['0.25', ''])},,{rng.choice(['', 'é'])},,\n"
        for n in range(3000)
    ]
    path.write_text(HEADER + GOOD + "".join(rows), "utf-8")
    read = by_column(path)
    assert read.event_count == 3001
    assert read == by_row(path)


@pytest.mark.parametrize(
    "row",
    [
        GOOD.replace("2.5", "1.0"),
        GOOD.replace("1.5", "-1.5"),
        GOOD.replace("1.5,", "nan,"),
        GOOD.replace("2.5", "1e13"),
        GOOD.replace("1.5,2.5", '"1,5","2,5"'),
        GOOD.replace("accepted", "perhaps"),
        GOOD.replace("0.5", "much"),
        GOOD.replace("0.5", " "),
        GOOD.replace("0.5", "1e20"),
        GOOD.replace(",0,", ",99999,"),
        GOOD.replace("2026", "26"),
        GOOD.replace("1.5,2.5", "1e12,1e12"),
        "a.wav,1,2\n",
        '"a.wav,1,2,Dog\n',
        "\n , \n",
        f"{'b' * 5000},1,2,Dog,,,,,,\n",
    ],
)
def test_an_odd_row_is_read_or_refused_as_a_single_one(row: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(HEADER + 1500 * GOOD + row + 5 * GOOD, "utf-8")

    def outcome(read_by: object) -> object:
        try:
            return read_by(path) if callable(read_by) else None
        except LabelsError as error:
            return str(error)

    def either(path: Path) -> ImportResult:
        return read_labels("csv", path, options=ReadOptions(sidecar=False))

    assert outcome(either) == outcome(by_row)
