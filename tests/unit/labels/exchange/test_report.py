"""A report is one page that needs nothing else and says the right numbers."""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit.labels.formats.strategies import projects
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo, ReviewState
from yamnet_gui.labels.exchange.report import ReportFacts, report_lines, write_report
from yamnet_gui.labels.exchange.report_charts import heat_map, timeline
from yamnet_gui.labels.exchange.report_facts import project_facts
from yamnet_gui.labels.exchange.report_numbers import by_hour, by_label
from yamnet_gui.labels.project import (
    AnalysisRecord,
    Project,
    Recording,
    StoredRules,
    add_recordings,
    set_rules,
)

FACTS = ReportFacts(
    "Dawn <chorus>", datetime(2024, 5, 2, 12, tzinfo=UTC), {"Threshold": "0.3 & up"}
)


def recording(*events: Event, start: datetime | None = None, duration_s: float = 5400.0,
              name: str = "a.wav") -> LabelledRecording:  # fmt: skip
    info = RecordingInfo(Path("/d") / name, duration_s, 16_000, 1, start)
    return LabelledRecording(info, EventList.of(events), model_sha256="ab12")


def test_a_project_says_how_its_labels_were_made(tmp_path: Path) -> None:
    settings = '{"channels": "mix", "hop_s": 0.48}'
    day = datetime(2024, 5, 2, 12, tzinfo=UTC)
    rules = '{"default": {"on": 0.25, "off": 0.05, "merge_gap_s": 1.0}, "classes": [{}, {}]}'
    with Project.create(tmp_path / "spring.yamnet") as project:
        project.reviewer = "Ada"
        project.apply(add_recordings([Recording("a", "a.wav", "", 0, 60.0, 16_000, 1)]))
        project.recordings.add_analysis(AnalysisRecord("a", "ab12", "YAMNet", "k", settings, day))
        project.apply(set_rules(None, StoredRules("present", "night", 3, rules)))
        facts = project_facts(project, now=day)
    assert facts.title == "spring"
    assert dict(facts.made_with) == {
        "Project": "spring.yamnet",
        "Model": "YAMNet",
        "Analysis": "one frame every 0.48 s, channels mixed",
        "Analysed": "2024-05-02",
        "Rules of the project": "night, version 3 (threshold 0.25, lower threshold 0.05,"
        " merge gaps shorter than 1 s, 2 classes with their own rules)",
        "Changed by": "Ada",
    }


def some() -> list[LabelledRecording]:
    zone = timezone(timedelta(hours=2))
    return [
        recording(
            Event("1", 0.0, 10.0, "Dog", score_max=0.31, rules_id="r7"),
            Event("2", 1900.0, 1901.0, "Dog", score_max=1.0, state=ReviewState.ACCEPTED),
            Event("3", 2000.0, 2100.0, "Dog", score_max=0.3, state=ReviewState.REJECTED),
            Event("4", 4000.0, 4000.5, "<script>alert(1)</script>", reviewer="Ada"),
            start=datetime(2024, 5, 1, 23, 30, tzinfo=zone),
        )
    ]


class Checker(HTMLParser):
    """Collects tags and insists that they are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes += attrs
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


def test_numbers_by_label_leave_out_what_was_rejected() -> None:
    dog, other = by_label(some())
    assert (dog.label, dog.events, dog.counted, dog.seconds) == ("Dog", 3, 2, 11.0)
    assert dog.states[ReviewState.ACCEPTED] == 1
    assert dog.median_score == 0.31
    assert [k for k, n in enumerate(dog.histogram) if n] == [6, 19]
    assert sum(dog.histogram) == 3
    assert other.median_score is None


def test_hours_follow_the_clock_of_the_recording_over_midnight() -> None:
    hours = by_hour(some())
    assert hours.of_day
    assert hours.counts["Dog"][23] == 1
    assert hours.counts["Dog"][0] == 1
    assert (hours.recorded_s[23], hours.recorded_s[0], hours.recorded_s[1]) == (1800.0, 3600.0, 0.0)
    assert sum(hours.recorded_s) == 5400.0


def test_without_a_clock_hours_count_from_the_start() -> None:
    hours = by_hour([recording(Event("1", 3700.0, 3701.0, "Dog"))])
    assert not hours.of_day
    assert hours.counts["Dog"] == (0, 1)
    assert hours.recorded_s == (3600.0, 1800.0)
    mixed = by_hour([*some(), recording(name="b.wav")])
    assert mixed.without_clock == 1


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = "".join(report_lines(some(), FACTS))
    checked = check(page)
    assert not {"script", "link", "img", "iframe", "object"} & checked.seen
    assert not {"src", "href", "srcset"} & {name for name, _ in checked.attributes}
    assert not re.search(r"url\(|@import|https?://", page)
    assert "default-src 'none'" in page
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Dawn &lt;chorus&gt;" in page


def test_the_page_prints_and_follows_the_dark() -> None:
    page = "".join(report_lines(some(), FACTS))
    assert "@media print" in page
    assert "prefers-color-scheme:dark" in page


def test_the_page_says_how_it_was_made() -> None:
    page = "".join(report_lines(some(), FACTS))
    for text in ("ab12", "r7", "Ada", "0.3 &amp; up", "2024-05-02 12:00 UTC"):
        assert text in page


def test_charts_are_well_formed_svg() -> None:
    page = "".join(report_lines(some(), FACTS))
    charts = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(charts) == 3  # hours, one histogram, one timeline
    for chart in charts:
        ET.fromstring(chart)
    lanes = ET.fromstring(charts[-1]).findall("rect")
    assert len(lanes) == 4


def test_a_million_events_on_a_pixel_are_drawn_once() -> None:
    events = [Event(str(k), 100 + k * 1e-3, 100.5 + k * 1e-3, "Dog") for k in range(3000)]
    page = "".join(report_lines([recording(*events, duration_s=86_400.0)], FACTS))
    assert len(page) < 40_000


@given(recordings=projects())
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.workflow
def test_any_project_gives_a_sound_page(recordings: list[LabelledRecording]) -> None:
    check("".join(report_lines(recordings, FACTS)))


def test_an_empty_project_gives_a_page() -> None:
    check("".join(report_lines([], FACTS)))


def test_a_report_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = write_report(some(), tmp_path / "report.html", FACTS)
    old = path.read_bytes()
    with pytest.raises(LabelsError):
        write_report([recording(Event("1", 0, 1, "\ud800"))], path, FACTS)
    assert path.read_bytes() == old
    with pytest.raises(LabelsError, match="cannot be written"):
        write_report([], path / "report.html", FACTS)


def test_hours_without_a_recording_are_left_blank_in_the_chart() -> None:
    hours = by_hour(some())
    recorded = sum(seconds > 0 for seconds in hours.recorded_s)
    assert 0 < recorded < 24
    assert heat_map(hours, ["Dog"]).count("<rect") == recorded


@pytest.mark.parametrize(
    ("duration_s", "times"),
    [
        (111.0, ["0:00:00", "0:00:15", "0:00:30", "0:00:45", "0:01:00", "0:01:15", "0:01:30"]),
        (1.1, ["0:00:00.0", "0:00:00.2", "0:00:00.4", "0:00:00.6", "0:00:00.8", "0:00:01.0"]),
        (86_400.0, ["0:00:00", "3:00:00", "6:00:00", "9:00:00", "12:00:00"]),
    ],
)
def test_times_below_a_timeline_are_round(duration_s: float, times: list[str]) -> None:
    chart = timeline([], duration_s, ["Dog"])
    shown = re.findall(r">(\d+:\d\d:\d\d[.\d]*)<", chart)
    assert shown[: len(times)] == times
    assert len(shown) <= 9
