"""Which events become clips, under which names, and in which part of a training set."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from string import Formatter
from typing import Literal

from yamnet_gui.audio import safe_name
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import Event, LabelledRecording, RecordingInfo
from yamnet_gui.core.sound_track import stem_of
from yamnet_gui.core.spans import TimeSpan

DEFAULT_TEMPLATE = "{recording}_{onset:09.3f}_{label}_{score:.2f}"


class Overlap(StrEnum):
    """What to do with an event that others overlap."""

    KEEP = "keep"
    SKIP = "skip"
    ALONE = "alone"
    """Only the longest segment of the event in which no other label occurs."""


@dataclass(frozen=True, slots=True)
class Split:
    """Shares of recordings for training, validation and test; whole recordings, never parts."""

    train: float = 0.8
    validation: float = 0.1
    test: float = 0.1

    def __post_init__(self) -> None:
        shares = (self.train, self.validation, self.test)
        if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
            raise SettingsError("split", "shares must be 0 or more and add up to 1")


@dataclass(frozen=True, slots=True)
class ClipOptions:
    """How clips are cut and named.

    `template` may use recording, onset, offset, label, score, id and n (counts from 1); it is made
    safe for every file system. `most_per_label`: a random choice of so many of each label.
    `stratified` spreads that choice over recordings instead of leaving it to chance. `pictures`
    puts a spectrogram beside each clip.
    """

    format: Literal["wav", "flac"] = "wav"
    padding_s: float = 0.0
    fixed_length_s: float | None = None
    overlap: Overlap = Overlap.KEEP
    folder_per_label: bool = True
    template: str = DEFAULT_TEMPLATE
    most_per_label: int | None = None
    stratified: bool = True
    split: Split | None = None
    seed: int = 0
    pictures: bool = False


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip to be cut: `relative` is its place below the target folder."""

    relative: Path
    recording: RecordingInfo
    event: Event
    span: TimeSpan
    split: str = ""
    other_labels: tuple[str, ...] = ()


def plan_clips(recordings: Sequence[LabelledRecording], options: ClipOptions) -> list[Clip]:
    """Which clips will be cut, under which names. The same input gives the same plan.

    Raises SettingsError where the template cannot be used.
    """
    check_template(options.template)
    spots = [
        _Spot(recording.recording, event, span, others)
        for recording in recordings
        for event in recording.events
        for span, others in _cuts(event, recording, options.overlap)
    ]
    if options.most_per_label is not None:
        spots = _sample(spots, options.most_per_label, options.stratified, options.seed)
    splits = (
        split_recordings([(s.info.path, s.event.label) for s in spots], options.split, options.seed)
        if options.split
        else {}
    )
    names = _Names()
    clips = []
    for n, spot in enumerate(spots, start=1):
        split = splits.get(spot.info.path, "")
        folder = Path(split) if split else Path()
        if options.folder_per_label:
            folder /= safe_name(spot.event.label or "unlabelled", 80)
        stem = safe_name(_filled(options.template, spot, n), 150)
        relative = names.free(folder, stem, f".{options.format}")
        clips.append(Clip(relative, spot.info, spot.event, spot.span, split, spot.others))
    return clips


@dataclass(frozen=True, slots=True)
class _Spot:
    info: RecordingInfo
    event: Event
    span: TimeSpan
    others: tuple[str, ...]


def _cuts(
    event: Event, recording: LabelledRecording, rule: Overlap
) -> Iterator[tuple[TimeSpan, tuple[str, ...]]]:
    """The segment to cut for an event, with the other labels in it."""
    others = [
        other
        for other in recording.events.between(event.onset_s, event.offset_s)
        if other.label != event.label and other.span.overlaps(event.span)
    ]
    labels = tuple(sorted({other.label for other in others}))
    if rule is Overlap.KEEP or not others:
        yield event.span, labels
    elif rule is Overlap.ALONE:
        alone = _longest_alone(event.span, [other.span for other in others])
        if alone.duration_s > 0:
            yield alone, ()


def _longest_alone(span: TimeSpan, others: Sequence[TimeSpan]) -> TimeSpan:
    best = TimeSpan(span.start_s, span.start_s)
    free_from = span.start_s
    for other in sorted(others):
        if other.start_s - free_from > best.duration_s:
            best = TimeSpan(free_from, other.start_s)
        free_from = max(free_from, other.end_s)
    if span.end_s - free_from > best.duration_s:
        best = TimeSpan(free_from, span.end_s)
    return best


def _sample(spots: list[_Spot], most: int, stratified: bool, seed: int) -> list[_Spot]:
    """At most so many spots of each label, in the order in which they came."""
    by_label: defaultdict[str, list[int]] = defaultdict(list)
    for k, spot in enumerate(spots):
        by_label[spot.event.label].append(k)
    chosen: set[int] = set()
    for label, indices in by_label.items():
        random = _random(seed, label)
        random.shuffle(indices)
        if stratified:  # one of each recording in turn
            turn: defaultdict[Path, int] = defaultdict(int)
            rank = {}
            for k in indices:
                rank[k] = turn[spots[k].info.path]
                turn[spots[k].info.path] += 1
            indices.sort(key=lambda k: rank[k])
        chosen.update(indices[:most])
    return [spot for k, spot in enumerate(spots) if k in chosen]


def _random(seed: int, text: str) -> Random:
    digest = hashlib.sha256(f"{seed}\0{text}".encode(errors="surrogatepass")).digest()
    return Random(int.from_bytes(digest[:8], "big"))


def split_recordings(
    clips: Sequence[tuple[Path, str]], split: Split, seed: int = 0
) -> dict[Path, str]:
    """Recording → "train", "validation" or "test", so that none is in two of them.

    `clips` are (recording, label). Recordings are dealt out rarest label first, each to the part
    that lacks most of its labels, so that labels are spread as the shares ask, as far as whole
    recordings allow (after Sechidis, Tsoumakas and Vlahavas 2011, iterative stratification).
    """
    shares = {"train": split.train, "validation": split.validation, "test": split.test}
    counts: defaultdict[Path, dict[str, int]] = defaultdict(dict)
    totals: defaultdict[str, int] = defaultdict(int)
    for path, label in clips:
        counts[path][label] = counts[path].get(label, 0) + 1
        totals[label] += 1
    wanted = {part: {k: n * share for k, n in totals.items()} for part, share in shares.items()}
    open_parts = [part for part, share in shares.items() if share > 0]
    order = sorted(counts)
    _random(seed, "split").shuffle(order)
    order.sort(key=lambda p: min(totals[label] for label in counts[p]))
    result = {}
    for path in order:
        own = counts[path]
        rarest = min(own, key=lambda label: (totals[label], label))
        part = max(
            open_parts,
            key=lambda p: (wanted[p][rarest], sum(wanted[p][k] for k in own), shares[p]),
        )
        for label, n in own.items():
            wanted[part][label] -= n
        result[path] = part
    return result


_FIELDS = frozenset({"recording", "onset", "offset", "label", "score", "id", "n"})
_SPEC = re.compile(r"[<>^]?0?\d{0,3}(\.\d{1,2})?[dfgs]?")


def check_template(template: str) -> None:
    """Raises SettingsError where a template for names of clips cannot be used."""
    advice = "use {recording} {onset} {offset} {label} {score} {id} {n}"
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise SettingsError(template, f"is not a valid template ({error})", advice) from error
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        if name not in _FIELDS:
            raise SettingsError(template, f"uses the unknown field {{{name}}}", advice)
        if conversion or not _SPEC.fullmatch(spec or ""):
            raise SettingsError(template, f"{{{name}}} has an unknown format", advice)


def _filled(template: str, spot: _Spot, n: int) -> str:
    event = spot.event
    values = {
        "recording": stem_of(spot.info.path),
        "onset": spot.span.start_s,
        "offset": spot.span.end_s,
        "label": event.label or "unlabelled",
        "score": event.score_max if event.score_max is not None else 0.0,
        "id": event.id,
        "n": n,
    }
    try:
        return template.format_map(values)
    except ValueError as error:
        raise SettingsError(template, f"cannot be used for names of clips ({error})") from error


@dataclass
class _Names:
    """Gives each name only once, ignoring case, because some file systems do."""

    taken: set[str] = field(default_factory=set)

    def free(self, folder: Path, stem: str, suffix: str) -> Path:
        name, n = stem, 1
        while (folder / (name + suffix)).as_posix().casefold() in self.taken:
            n += 1
            name = f"{stem}-{n}"
        path = folder / (name + suffix)
        self.taken.add(path.as_posix().casefold())
        return path
