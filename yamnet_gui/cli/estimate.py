"""`yamnet-gui estimate`: how many events there really are, from a random sample of reviews."""

import argparse
import math
import secrets
import sys
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any

from yamnet_gui.analysis import AnalysisSettings, ResultCache
from yamnet_gui.analysis.rule_choice import choose_rules
from yamnet_gui.analysis.settings import finer_or_usual
from yamnet_gui.audio import in_zone, zone_named
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.resources import ontology_of
from yamnet_gui.core.scores import DEFAULT_HOP_S
from yamnet_gui.core.text import (
    counted,
    counted_more,
    did_you_mean,
    grouped,
    listed,
    part_of,
    percent,
)
from yamnet_gui.detection import PRESETS, RuleSet
from yamnet_gui.detection.counting import (
    CountEstimate,
    Figure,
    OverTime,
    estimate,
    over_time,
    reviews_for,
)
from yamnet_gui.labels.overwrite_guard import check_outputs
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.count_samples import (
    CountSample,
    CountScope,
    SampleReviews,
    drop_sample,
    reviews_of_sample,
    stored_sample,
    stored_samples,
)
from yamnet_gui.labels.project.present_rules import present, read, unchanged
from yamnet_gui.labels.project.project_model import project_classes
from yamnet_gui.quality.counting import SEGMENT_S, Unit, draw, draw_more, units_of
from yamnet_gui.quality.references import StoredScores

from .arguments import add_finer, files_of, naming_replacement, number, open_project, recording_ids
from .metrics import write_json
from .network import add_network, chosen_model
from .terminal import ProgressLine

_EPILOG = """\
  estimate P --classes Cricket --draw 150     draw a random sample, to be reviewed in the window
                                              (order "Random samples for counting")
  estimate P --classes Cricket                the estimates from what was reviewed of it so far
  estimate P --classes Cricket --precision 10 how many more reviews until the interval is +-10 %
  estimate P --classes Cricket --draw 50      draw 50 more where they help most
  estimate P                                  every sample of the project

What is drawn are candidates of the rules and segments of up to 5 s without one. Accept a segment
only if the sound begins in it and is not that of a candidate beside it, so that none counts twice.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument(
        "project", nargs="?", type=Path, metavar="PROJECT", help="default: the personal project"
    )
    what = parser.add_argument_group("what to count")
    what.add_argument("--classes", nargs="+", metavar="NAME", help="classes, counted together")
    what.add_argument(
        "--recordings",
        nargs="+",
        metavar="NAME",
        help="only these recordings: names, paths, folders or patterns such as 'night*.wav'",
    )
    what.add_argument("--since", type=_day, metavar="DAY", help="from this day on, like 2026-05-01")
    what.add_argument("--until", type=_day, metavar="DAY", help="up to and with this day")
    what.add_argument("--zone", default="", metavar="ZONE", help="time zone of the days")
    sample = parser.add_argument_group("the sample")
    sample.add_argument("--draw", type=_count, metavar="N", help="draw N (more) units to review")
    sample.add_argument(
        "--precision",
        type=_percent,
        metavar="PERCENT",
        help="say how many more reviews bring the interval within this share of the estimate",
    )
    sample.add_argument(
        "--discard",
        action="store_true",
        help="forget the sample and its events that nobody has decided on",
    )
    sample.add_argument(
        "--rules",
        metavar="RULES",
        help="rule file or preset (default: the project's): " + ", ".join(PRESETS),
    )
    sample.add_argument(
        "--hop",
        type=float,
        default=DEFAULT_HOP_S,
        metavar="S",
        help="seconds between the frames of the stored scores",
    )
    add_finer(sample)
    add_network(sample)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures as JSON")


def run(options: argparse.Namespace) -> int:
    """Raises UserError."""
    check_outputs(
        (options.json,), (options.project, options.weights, *files_of(options.rules, options.model))
    )
    changing = options.draw is not None or options.discard
    if changing and not options.classes:
        raise SettingsError("--classes", "is missing", "say which classes the sample is for")
    if options.draw is not None and options.discard:
        raise SettingsError("--discard", "cannot be combined with --draw")
    project = open_project(options.project, read_only=not changing)
    class_map = project_classes(project)
    with naming_replacement(project):
        if not options.classes:
            samples = stored_samples(project)
            if not samples:
                raise SettingsError(
                    project.path, "has no sample", "draw one with --classes, --draw"
                )
        else:
            scope = _scope(project, options, class_map)
            sample = stored_sample(project, scope)
            if options.draw is not None:
                sample = _drawn(project, options, class_map, scope, sample)
            if sample is None:
                names = listed(scope.labels)
                raise SettingsError(names, "has no sample here", "draw one with --draw 150")
            if options.discard:
                count = drop_sample(project, sample)
                print(f"discarded; {counted(count, 'undecided event')} taken out")
                return 0
            samples = [sample]
        figures = [_reported(project, one, options.precision) for one in samples]
    if options.json is not None:
        write_json(options.json, {"format": 1, "samples": figures})
    return 0


def _scope(project: Project, options: argparse.Namespace, class_map: ClassMap) -> CountScope:
    labels = []
    for name in options.classes:
        entry = class_map.find(name)
        if entry is None:
            advice = did_you_mean(class_map.near_names(name, ())[:3])
            raise SettingsError(name, "is not a class of the model", advice)
        labels.append(entry.name)
    zone = zone_named(options.zone) or _zone(project)
    since, until = options.since, options.until
    if since is not None and until is not None and until < since:
        raise SettingsError("--until", f"{until} is before --since {since}")
    return CountScope(
        tuple(dict.fromkeys(labels)),
        recording_ids(project, options.recordings),
        _midnight(since, zone) if since else None,
        _midnight(until + timedelta(days=1), zone) if until else None,
    )


def _zone(project: Project) -> tzinfo | None:
    """That of the recordings, if any states one."""
    starts = (r.recorded_at for r in project.recordings.all() if r.recorded_at is not None)
    return next((s.tzinfo for s in starts if s.tzinfo is not None), None)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return in_zone(datetime.combine(day, time()), zone)


def _drawn(
    project: Project,
    options: argparse.Namespace,
    class_map: ClassMap,
    scope: CountScope,
    sample: CountSample | None,
) -> CountSample:
    model = chosen_model(options, project=project)
    class_map = model.classes
    rules = _rules(project, options, class_map)
    settings = AnalysisSettings(hop_s=options.hop, finer=finer_or_usual(options.finer))
    scores = StoredScores(ResultCache(), model.sha256, settings)
    segment_s = sample.segment_s if sample is not None else SEGMENT_S
    units: Sequence[Unit] = ()
    with ProgressLine() as line:
        for step in units_of(project, scores, rules, class_map, scope, segment_s):
            line.show(f"reading scores {grouped(step.done)}/{grouped(step.total)}")
            if step.units is not None:
                units = step.units
                skipped = step.skipped
    for left in skipped:
        print(f"{left.name}: {left.reason}; skipped", file=sys.stderr)
    if sample is not None:
        return draw_more(project, sample, units, options.draw)
    seed = secrets.randbelow(2**31)
    return draw(project, units, scope, options.draw, seed, rules.rules_id, model.sha256)


def _rules(project: Project, options: argparse.Namespace, class_map: ClassMap) -> RuleSet:
    stored = present(project.settings.rule_sets())
    if options.rules is None and stored is not None:
        return read(stored, class_map, ontology_of(class_map))
    if options.rules is None:
        return unchanged(project.recordings.rules_of_events(), ontology_of(class_map))
    return choose_rules(class_map, options.rules)


def _reported(project: Project, sample: CountSample, precision: float | None) -> dict[str, Any]:
    reviews = reviews_of_sample(project, sample)
    counts = reviews.counts
    result, hours = (None, None) if counts.lacking else (estimate(counts), over_time(counts))
    more = None
    if result is not None and precision is not None:
        more = reviews_for(counts, result.events, precision)
    print("\n".join(_lines(sample, reviews, result, hours)))
    if more is not None and precision is not None:
        goal = f"an interval within {percent(precision)} of the estimate"
        left = f"about {counted_more(more, 'review')}" if more else "reached"
        print(f"  {goal}: {left}")
    return {
        **sample.scope.to_json(),
        "units": int(counts.sizes.sum()),
        "reviewed": int(counts.reviewed.sum()),
        "to_review": len(reviews.left),
        "uncertain": reviews.uncertain,
        "known_before": int(counts.known.sum()),
        "confidence": 0.9,
        "events": _plain(result.events if result else None),
        "hours": _plain(hours.hours if hours else None),
        "hours_recorded": len(set(counts.hours.tolist())),
        "recall": _plain(result.recall if result else None),
        "more_reviews": more,
        "rules_id": sample.rules_id,
        "model_sha256": sample.model_sha256,
        "drawn_utc": sample.made_utc.isoformat(),
    }


def _lines(
    sample: CountSample,
    reviews: SampleReviews,
    result: CountEstimate | None,
    hours: OverTime | None,
) -> list[str]:
    counts = reviews.counts
    recordings = len({recording_id for recording_id, _ in sample.cells})
    done, size = int(counts.reviewed.sum()), int(counts.sizes.sum())
    lines = [
        f"{listed(sample.scope.labels)} in {counted(recordings, 'recording')}: "
        f"{part_of(done, size, 'unit')} reviewed, "
        f"{grouped(len(reviews.left))} drawn and not yet decided"
    ]
    if result is None or hours is None:
        lines.append(f"  {counted(counts.lacking, 'more review')} before anything can be estimated")
        return lines
    lines.append(f"  events: {result.events.text()}")
    lines.append(f"  hours with at least one: {hours.hours.text()} of {grouped(hours.of_hours)}")
    if result.recall is not None:
        lines.append(f"  recall of the rules: {result.recall.text('.2f')}")
    lines.append("  (in brackets: 90% intervals)")
    return lines


def _plain(figure: Figure | None) -> dict[str, float] | None:
    if figure is None:
        return None
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-05-01") from None


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of units from 1 on")
    return int(text)


def _percent(text: str) -> float:
    value = number(text.removesuffix("%"))
    if not (math.isfinite(value) and 0 < value <= 100):
        raise argparse.ArgumentTypeError("must be more than 0 and at most 100")
    return value / 100
