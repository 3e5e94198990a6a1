import json

import pytest

DCASE = "filename\tonset\toffset\tevent_label\n"


@pytest.fixture
def tables(tmp_path):
    truth, found = tmp_path / "truth.tsv", tmp_path / "found.tsv"
    truth.write_text(DCASE + "a.wav\t1.0\t2.0\tDog\na.wav\t5.0\t6.0\tCat\nb.wav\t0.0\t1.0\tDog\n")
    found.write_text(DCASE + "a.wav\t1.1\t2.1\tBark\na.wav\t8.0\t9.0\tCat\nc.wav\t0\t1\tDog\n")
    return truth, found


def test_it_prints_and_writes_how_good_a_table_is(run, tables, tmp_path):
    out = tmp_path / "figures.json"
    status, text, errors = run("evaluate", *tables, "--json", out)
    assert status == 0
    assert "2 recordings" in text
    assert "b: nothing predicted" in errors
    assert "c: not in the truth" in errors
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures["event"]["0.5"]["overall"]["f1"] == pytest.approx(2 / 5)
    assert figures["event"]["0.2"]["by_label"]["Dog"]["recall"] == pytest.approx(1 / 2)


def test_exact_labels_do_not_count_for_those_above(run, tables, tmp_path):
    out = tmp_path / "figures.json"
    assert run("evaluate", *tables, "--exact", "--label", "Dog", "--json", out)[0] == 0
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures["event"]["0.5"]["overall"]["f1"] == 0.0
    assert list(figures["event"]["0.5"]["by_label"]) == ["Dog"]


def test_a_table_that_is_none_is_one_sentence(run, tables, tmp_path):
    status, _, errors = run("evaluate", tables[0], tmp_path / "none.tsv")
    assert status == 2
    assert errors.count("\n") == 1
    assert "none.tsv" in errors


def test_a_table_of_times_and_labels_is_about_the_recording_of_its_name(run, tables, tmp_path):
    truth = tmp_path / "a.csv"
    truth.write_text('onset_s,offset_s,label,source\n1.0,2.0,Dog,x\n5.0,6.0,"Cat",y\n')
    out = tmp_path / "figures.json"
    assert run("evaluate", truth, tables[1], "--json", out)[0] == 0
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures["event"]["0.2"]["overall"]["truth"] == 2
    assert figures["event"]["0.2"]["overall"]["hits"] == 1


def test_a_line_that_cannot_be_read_is_named(run, tables, tmp_path):
    truth = tmp_path / "a.csv"
    truth.write_text("onset_s,offset_s,label\n1.0,2.0,Dog\n5.0,4.0,Cat\n")
    status, _, errors = run("evaluate", truth, tables[1])
    assert status == 2
    assert "line 3" in errors
