"""ELAN documents: tiers below others, open time slots, several media."""

from pathlib import Path

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.labels.formats import ImportResult, ReadOptions, read_labels

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT>\n'
MEDIA = '<MEDIA_DESCRIPTOR MEDIA_URL="{}" MIME_TYPE="{}"/>'


def document(tiers: str, slots: str, media: str = "") -> str:
    """`slots`: "1=1000 2= 3=2000", a slot without a number is open."""
    order = ""
    for slot in slots.split():
        name, _, value = slot.partition("=")
        time = f' TIME_VALUE="{value}"' if value else ""
        order += f'<TIME_SLOT TIME_SLOT_ID="{name}"{time}/>'
    header = f'<HEADER TIME_UNITS="milliseconds">{media}</HEADER>'
    return f"{HEAD}{header}<TIME_ORDER>{order}</TIME_ORDER>{tiers}</ANNOTATION_DOCUMENT>"


def tier(name: str, *annotations: str, parent: str = "") -> str:
    above = f' PARENT_REF="{parent}"' if parent else ""
    inner = "".join(f"\n<ANNOTATION>\n{a}\n</ANNOTATION>" for a in annotations)
    return f'<TIER TIER_ID="{name}"{above}>{inner}</TIER>'


def timed(identity: str, slots: str, value: str) -> str:
    first, second = slots.split("-")
    refs = f'TIME_SLOT_REF1="{first}" TIME_SLOT_REF2="{second}"'
    return (
        f'<ALIGNABLE_ANNOTATION ANNOTATION_ID="{identity}" {refs}>\n'
        f"<ANNOTATION_VALUE>{value}</ANNOTATION_VALUE>\n</ALIGNABLE_ANNOTATION>"
    )


def below(identity: str, parent: str, value: str, previous: str = "") -> str:
    before = f' PREVIOUS_ANNOTATION="{previous}"' if previous else ""
    return (
        f'<REF_ANNOTATION ANNOTATION_ID="{identity}" ANNOTATION_REF="{parent}"{before}>'
        f"<ANNOTATION_VALUE>{value}</ANNOTATION_VALUE></REF_ANNOTATION>"
    )


def read(folder: Path, text: str, **options: object) -> ImportResult:
    path = folder / "a.eaf"
    path.write_text(text)
    return read_labels(None, path, options=ReadOptions(**options))  # type: ignore[arg-type]


def rows(result: ImportResult) -> list[tuple[float, float, str, str]]:
    assert result.format_name == "eaf"
    (recording,) = result.recordings
    return [(e.onset_s, e.offset_s, e.label, e.note) for e in recording.events]


def test_annotations_about_others_have_their_times(tmp_path: Path) -> None:
    text = document(
        tier("species", below("a2", "a1", "Amsel"), parent="utt")
        + tier("sex", below("a3", "a2", "m"), below("a4", "a9", "f"), parent="species")
        + tier("utt", timed("a1", "1-2", "")),
        "1=1000 2=2000",
    )
    result = read(tmp_path, text)
    assert rows(result) == [
        (1.0, 2.0, "Amsel", "tier: species"), (1.0, 2.0, "m", "tier: sex"), (1.0, 2.0, "utt", ""),
    ]  # fmt: skip
    assert result.warnings == ("'f' in the tier 'sex' has no time",)
    assert result.tiers == (("species", 1), ("sex", 2), ("utt", 1))
    assert [row[2] for row in rows(read(tmp_path, text, tiers=("sex",)))] == ["m"]


def test_symbolic_subdivisions_share_the_time_in_the_order_of_their_links(tmp_path: Path) -> None:
    parts = [below("b", "a1", "two", "a"), below("a", "a1", "one"), below("c", "a1", "three", "b")]
    text = document(
        tier("utt", timed("a1", "1-2", "all")) + tier("parts", *parts, parent="utt"),
        "1=1000 2=2500",
    )
    assert sorted(rows(read(tmp_path, text))) == [
        (1.0, 1.5, "one", "tier: parts"), (1.0, 2.5, "all", "tier: utt"),
        (1.5, 2.0, "two", "tier: parts"), (2.0, 2.5, "three", "tier: parts"),
    ]  # fmt: skip


def test_open_slots_lie_evenly_between_those_with_a_time_tiers_above_first(tmp_path: Path) -> None:
    morphs = tier(
        "morphs", timed("m1", "1-4", "o"), timed("m2", "4-5", "n"), timed("m3", "5-2", "e"),
        timed("m4", "2-3", "t"), parent="words",
    )  # fmt: skip
    words = tier("words", timed("w1", "1-2", "one"), timed("w2", "2-3", "t"), parent="utt")
    utt = tier("utt", timed("a1", "1-3", "sentence"), timed("a2", "3-9", "never"))
    result = read(tmp_path, document(morphs + words + utt, "1=0 4= 5= 2= 3=3000 9="))
    assert sorted(rows(result)) == [
        (0.0, 0.5, "o", "tier: morphs"), (0.0, 1.5, "one", "tier: words"),
        (0.0, 3.0, "sentence", "tier: utt"), (0.5, 1.0, "n", "tier: morphs"),
        (1.0, 1.5, "e", "tier: morphs"), (1.5, 3.0, "t", "tier: morphs"),
        (1.5, 3.0, "t", "tier: words"),
    ]  # fmt: skip
    assert result.warnings == ("'never' in the tier 'utt' has no time",)


def test_circles_among_tiers_and_annotations_end(tmp_path: Path) -> None:
    circle = tier("x", below("a", "b", "1", "b"), parent="y") + tier(
        "y", below("b", "a", "2", "a"), parent="x"
    )
    slots = tier("z", timed("c", "1-2", "l"), timed("d", "2-1", "m"))
    result = read(tmp_path, document(circle + slots, "1= 2="))
    assert rows(result) == []
    assert len(result.warnings) == 4


def test_of_several_media_the_known_one_counts_else_the_sound(tmp_path: Path) -> None:
    media = MEDIA.format("file:///C:/x/take%201.mp4", "video/mp4")
    media += MEDIA.format("file:///C:/x/take%201.wav", "audio/x-wav").replace(
        "/>", ' TIME_ORIGIN="500"/>'
    )
    text = document(tier("t", timed("a", "1-2", "t")), "1=1000 2=2000", media)
    assert rows(read(tmp_path, text)) == [(1.5, 2.5, "t", "")]
    assert read(tmp_path, text).recordings[0].recording.path == Path("C:/x/take 1.wav")
    known = RecordingInfo(Path("/v/Take 1.mp4"), 60.0, 16_000, 1)
    result = read(tmp_path, text, recordings=[known])
    assert rows(result) == [(1.0, 2.0, "t", "")]
    assert result.recordings[0].recording == known


@pytest.mark.parametrize("address", ["file://[", "http://[::1", "data:audio/wav;base64,AAAA"])
def test_an_address_that_names_no_recording_is_named(address: str, tmp_path: Path) -> None:
    media = MEDIA.format(address, "audio/x-wav")
    result = read(tmp_path, document(tier("t", timed("a", "1-2", "t")), "1=1 2=2", media))
    assert len(rows(result)) == 1
    assert result.unnamed
    assert "names no recording" in result.warnings[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD.replace("<ANN", '<!DOCTYPE x [<!ENTITY a "aaaa">]><ANN'), "has a DOCTYPE"),
        (HEAD.replace("<ANN", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><ANN'), "has a DOCTYPE"),
        (HEAD + "<TIER>" * 100_000, "is not an ELAN document"),
        (HEAD + "<TIER", "line 3: is not well-formed XML"),
        (document(tier("t", timed("a", "1-2", "t")), "1=1 2=1e400"), "the time slot is 1e400"),
        (document(tier("t", timed("a", "1-2", "t")), "1=1 2=1e20"), "longer than any recording"),
        (document(tier("t", timed("a", "1-9", "t")), "1=1 2=2"), "names the unknown time slot '9'"),
        (document(tier("t", timed("a", "1-2", "t")), "1=5 2=2"), "times run backwards"),
    ],
)
def test_what_is_wrong_is_one_sentence(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(LabelsError) as caught:
        read(tmp_path, text)
    assert reason in str(caught.value)
