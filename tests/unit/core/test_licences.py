from pathlib import Path

import pytest

from yamnet_gui.core import licences
from yamnet_gui.core.licences import Part, installed_parts, parts, read_parts, write_parts


def test_every_package_that_the_program_needs_is_listed_with_its_licence() -> None:
    listed = {part.name.lower(): part for part in parts()}
    assert {"numpy", "scipy", "pyside6", "av", "soundfile", "scikit-learn"} <= set(listed)
    assert "pytest" not in listed  # needed by tests alone
    assert listed["numpy"].licence.startswith("BSD")
    assert "Redistribution and use" in listed["numpy"].text()
    assert all(part.version and part.licence for part in listed.values())
    assert list(listed) == sorted(listed)
    texts = [path.suffix for part in listed.values() for path in part.files]
    assert not {".py", ".pyc"} & set(texts)  # PyAV has a script among its licences


def test_requirements_of_requirements_are_followed_once() -> None:
    names = [part.name for part in installed_parts(["requests>=2", "Requests", "no-such-package"])]
    assert sorted(names, key=str.lower)[0] == "certifi"
    assert len(names) == len(set(names))


def test_a_list_comes_back_from_its_folder(tmp_path: Path) -> None:
    first, second = tmp_path / "LICENSE", tmp_path / "more" / "LICENSE"
    second.parent.mkdir()
    first.write_text("may be used", encoding="utf-8")
    second.write_bytes(b"caf\xe9")  # not UTF-8
    folder = tmp_path / "licences"
    folder.mkdir()
    given = [
        Part("b/c", "2", "MIT", "https://example.org", "a note", (first, second)),
        Part("A", "", "BSD"),
    ]
    write_parts(folder, given)
    plain, full = read_parts(folder)
    assert (plain.name, plain.licence, plain.files) == ("A", "BSD", ())
    assert (full.name, full.version, full.url) == ("b/c", "2", "https://example.org")
    assert full.text().startswith("a note\n\n――――――――\n\nmay be used\n\n")
    assert full.text().endswith("caf\ufffd")
    assert plain.text() == "The package comes without a licence text."


def test_a_bundle_shows_the_list_that_was_made_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(licences, "licences_path", lambda: tmp_path)
    write_parts(tmp_path, [Part("Qt", "6", "LGPL-3.0-only")])
    assert [part.name for part in parts()] == ["Qt"]


@pytest.mark.parametrize("content", ["", "{", '{"name": 3}', '[{"name": "x"}]', "[3]"])
def test_a_damaged_list_is_recognised(content: str, tmp_path: Path) -> None:
    (tmp_path / licences.TABLE).write_text(content, encoding="utf-8")
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_parts(tmp_path)


def test_a_damaged_list_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "licences_path", lambda: tmp_path)
    (tmp_path / licences.TABLE).write_text("[3]", encoding="utf-8")
    assert any(part.name == "numpy" for part in parts())
