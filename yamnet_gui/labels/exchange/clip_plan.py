"""Which events become clips, under which names, and in which part of a training set."""

import hashlib
import re
from collections import Counter, defaultdict
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
from yamnet_gui.core.sound_track import file_of, stem_of
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.stopping import until_stopped

from .clip_windows import Windows, windows_of

DEFAULT_TEMPLATE = "{recording}_{onset:09.3f}_{label}_{score:.2f}"
WINDOW_TEMPLATE = "{recording}_{onset:09.3f}"
"""Stands for the default where windows are cut, which may have many labels."""
NO_LABEL = "none"
"""What a window without events is called."""


PARTS = ("train", "validation", "test")


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
    puts a spectrogram beside each clip. `windows`: windows with the labels of their events instead
    of a clip for each event; padding, length, overlap and folders for labels mean nothing then.
    `audiofolder` adds the table that Hugging Face's `audiofolder` reads.
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
    windows: Windows | None = None
    audiofolder: bool = False


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip to be cut: `relative` is its place below the target folder.

    `events`: the one that it was cut for, or those of the window. `other_labels`: labels that
    occur in it besides. `window`: whether it is one.
    """

    relative: Path
    recording: RecordingInfo
    events: tuple[Event, ...]
    span: TimeSpan
    split: str = ""
    other_labels: tuple[str, ...] = ()
    window: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        return labels_of(self.events)

    @property
    def about(self) -> TimeSpan:
        """The times that its label is about: those of its event, or of the window."""
        return self.span if self.window else self.events[0].span

    @property
    def score_max(self) -> float | None:
        return _highest(self.events)


def plan_clips(recordings: Sequence[LabelledRecording], options: ClipOptions) -> list[Clip]:
    """Which clips will be cut, under which names. The same input gives the same plan.

    Raises SettingsError where the template cannot be used.
    """
    check_template(options.template)
    template = options.template
    if options.windows is not None and template == DEFAULT_TEMPLATE:
        template = WINDOW_TEMPLATE
    spots = [s for recording in until_stopped(recordings, 1) for s in _spots(recording, options)]
    if options.most_per_label is not None:
        spots = _sample(spots, options.most_per_label, options.stratified, options.seed)
    splits = (
        split_recordings(
            [(file_of(s.info.path), label) for s in spots for label in s.labels or ("",)],
            options.split,
            options.seed,
        )
        if options.split
        else {}
    )
    names = _Names()
    clips = []
    for n, spot in enumerate(until_stopped(spots), start=1):
        split = splits.get(file_of(spot.info.path), "")
        folder = Path(split) if split else Path()
        if options.folder_per_label and options.windows is None:
            folder /= safe_name(spot.labels[0] or "unlabelled", 80)
        stem = safe_name(_filled(template, spot, n), 150)
        relative = names.free(folder, stem, f".{options.format}")
        windowed = options.windows is not None
        clips.append(
            Clip(relative, spot.info, spot.events, spot.span, split, spot.others, windowed)
        )
    return clips


def split_sizes(clips: Sequence[Clip]) -> dict[str, tuple[int, int]]:
    """Part → number of clips and of recordings, in the order of training; empty without split."""
    count = Counter(clip.split for clip in clips)
    files = Counter(part for part, _ in {(c.split, file_of(c.recording.path)) for c in clips})
    return {part: (count[part], files[part]) for part in PARTS if count[part]}


def labels_of(events: Sequence[Event]) -> tuple[str, ...]:
    """The labels of the events, each once, in order of time."""
    return tuple(dict.fromkeys(event.label for event in events))


def _highest(events: Sequence[Event]) -> float | None:
    return max((e.score_max for e in events if e.score_max is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Spot:
    info: RecordingInfo
    events: tuple[Event, ...]
    span: TimeSpan
    others: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        return labels_of(self.events)


def _spots(recording: LabelledRecording, options: ClipOptions) -> Iterator[_Spot]:
    info = recording.recording
    if options.windows is None:
        for event in until_stopped(recording.events):
            for span, others in _cuts(event, recording, options.overlap):
                yield _Spot(info, (event,), span, others)
        return
    for window in windows_of(recording, options.windows):
        labels = set(labels_of(window.events))
        others = tuple(sorted(set(labels_of(window.touched)) - labels))
        yield _Spot(info, window.events, window.span, others)


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
    """At most so many spots of each label, in the order in which they came.

    A window with several labels may be chosen for any of them.
    """
    by_label: defaultdict[str, list[int]] = defaultdict(list)
    for k, spot in enumerate(spots):
        for label in spot.labels or ("",):
            by_label[label].append(k)
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
    shares = dict(zip(PARTS, (split.train, split.validation, split.test), strict=True))
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
    for path in until_stopped(order):
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
    values = {
        "recording": stem_of(spot.info.path),
        "onset": spot.span.start_s,
        "offset": spot.span.end_s,
        "label": "+".join(label or "unlabelled" for label in spot.labels) or NO_LABEL,
        "score": _highest(spot.events) or 0.0,
        "id": spot.events[0].id if spot.events else "",
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
