"""Random labelled recordings, as nasty as people's labels can be."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import strategies as st

from yamnet_gui.core.events import (
    Event,
    EventList,
    EventSource,
    LabelledRecording,
    Original,
    RecordingInfo,
    ReviewedSpan,
    ReviewState,
)
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.formats.text import number

DAY_S = 86_400.0

nasty_texts = st.sampled_from(
    [
        "", " ", "a,b", 'say "hi"', '"', "tab\there", "two\nlines", "cr\rhere", "crlf\r\nhere",
        "=SUM(A1)", "+1", "-1", "@here", "'quoted", "'=x", "''@y", "\t=z", "\uff1dfull", "1.5",
        "nan", "#", "\\", "\\\t1\t2", "<b>&amp;</b>", "-->", "a --> b", "Ünïcödé 鳥 🐦",
        "line\u2028sep", "next\x85line", "bell\x07", "null", "None", "[]", '["a"]', "Dog (2)",
        " lead", "trail ", "!comment", "<exists>", "1\n00:00:01,000 --> 00:00:02,000\nx",
        "WEBVTT", "NOTE x", "%", "{}", "semi;colon", "unlabelled", "é", "e\u0301",
        "tier: Amsel", "tier: Dog\nseen twice", "rating: 3\ntier:  wide   name\n",
    ]
)  # fmt: skip
any_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
texts = nasty_texts | any_text


def without_noise(value: float) -> float:
    """The value as tables hold it: without the last place that binary arithmetic leaves behind."""
    return float(number(value))


class_names = st.sampled_from(bundled_class_map().names)
labels = class_names | texts
moments = st.datetimes(
    datetime(2000, 1, 1),
    datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
).map(lambda moment: moment.replace(fold=0))
times = (
    st.floats(0, DAY_S, allow_subnormal=False)
    | st.integers(0, 200).map(lambda k: k * 0.48)
    | st.integers(0, 20).map(float)
).map(without_noise)
unit = st.none() | st.floats(0, 1, allow_subnormal=False).map(without_noise)
hertz = (
    st.none()
    | st.floats(0, 24_000, allow_subnormal=False).map(without_noise)
    | st.sampled_from([0.0, 8000.0])
)


@st.composite
def events(draw: st.DrawFn, number: int) -> Event:
    first, second = sorted((draw(times), draw(st.just(None) | times) or 0.0))
    if draw(st.booleans()):
        first = second  # no length
    label = draw(labels)
    entry = bundled_class_map().find(label) if label else None
    keyed = entry is not None and entry.name == label
    original = st.none() | st.builds(Original, labels, times, times)
    low, high = draw(hertz), draw(hertz)
    if low is not None and high is not None:
        low, high = sorted((low, high))
    return Event(
        id=f"e{number}",
        onset_s=first,
        offset_s=second,
        label=label,
        class_index=entry.index if entry and keyed else None,
        mid=entry.mid if entry and keyed else "",
        channel=draw(st.none() | st.integers(0, 7)),
        state=draw(st.sampled_from(ReviewState)),
        source=draw(st.sampled_from(EventSource)),
        score_max=draw(unit),
        score_mean=draw(unit),
        probability=draw(unit),
        original=draw(original),
        low_hz=low,
        high_hz=high,
        onset_uncertainty_s=draw(unit),
        offset_uncertainty_s=draw(unit),
        reviewer=draw(texts),
        reviewed_utc=draw(st.none() | moments),
        note=draw(texts),
        rules_id=draw(texts),
    )


@st.composite
def recordings(draw: st.DrawFn, number: int = 0, most: int = 6) -> LabelledRecording:
    count = draw(st.integers(0, most))
    drawn = EventList.of(draw(events(k)) for k in range(count))
    folder = draw(st.sampled_from(["/data/field", "/data/Straße", "/x/a,b"]))
    name = draw(st.sampled_from(["rec", "dawn chorus", "=odd", "Ångström 'q'"]))
    info = RecordingInfo(
        Path(folder) / f"{name}-{number}.wav",
        draw(st.sampled_from([0.5, 10.0, 3600.25, DAY_S])),
        draw(st.sampled_from([16_000, 44_100])),
        draw(st.integers(1, 8)),
        draw(st.none() | moments),
    )
    reviewed = draw(
        st.lists(
            st.builds(
                lambda a, b, names, who, when: ReviewedSpan(
                    TimeSpan(*sorted((a, b))), tuple(names), who, when
                ),
                times, times, st.lists(labels, max_size=3), texts, st.none() | moments,
            ),
            max_size=2,
        )
    )  # fmt: skip
    model = draw(st.sampled_from(["", "ab12" * 16]))
    return LabelledRecording(info, drawn, tuple(reviewed), model)


@st.composite
def projects(draw: st.DrawFn, most_recordings: int = 3) -> list[LabelledRecording]:
    count = draw(st.integers(1, most_recordings))
    return [draw(recordings(number=k)) for k in range(count)]
