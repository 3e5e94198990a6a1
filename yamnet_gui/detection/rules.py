"""Rules that turn scores into events: per class, inherited from ontology groups and a default."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.scores import DEFAULT_HOP_S

Method = Literal["hysteresis", "boxes", "plain"]
METHODS: tuple[Method, ...] = ("hysteresis", "boxes", "plain")
Edges = Literal["refined", "plain"]
"""Plain edges lie on the borders of tiles; refined ones where the sound itself begins and ends."""
EDGES: tuple[Edges, ...] = ("refined", "plain")


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of a class or a group; None inherits from the group or default above.

    `on`: score that an event must reach. `off`: score that bounds it (never above `on`).
    `smoothing_s`: scores are averaged over this duration first. `shortest_s`: shorter events are
    left out. `longest_s`: longer ones are cut into equal parts. `merge_gap_s`: gaps up to this
    are bridged. `padding_s`: added at both ends. `cooldown_s`: of events of a class nearer than
    this, the strongest stays. `enabled`: whether the class gives events at all. `method`: two
    thresholds ("hysteresis"), sound event bounding boxes, of which `on` is the confidence that one
    needs ("boxes"), or `on` alone ("plain", as if `off` were equal). `edges`: where events end.

    Raises ValueError where a number is out of its range.
    """

    on: float | None = None
    off: float | None = None
    smoothing_s: float | None = None
    shortest_s: float | None = None
    longest_s: float | None = None
    merge_gap_s: float | None = None
    padding_s: float | None = None
    cooldown_s: float | None = None
    enabled: bool | None = None
    method: Method | None = None
    edges: Edges | None = None

    def __post_init__(self) -> None:
        for name in ("on", "off"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} must lie between 0 and 1")
        for name in ("smoothing_s", "shortest_s", "merge_gap_s", "padding_s", "cooldown_s"):
            value = getattr(self, name)
            if value is not None and not (0 <= value < math.inf):
                raise ValueError(f"{name} must be a number of seconds, 0 or more")
        if self.longest_s is not None and not self.longest_s > 0:
            raise ValueError("longest_s must be more than 0")
        if self.method is not None and self.method not in METHODS:
            raise ValueError(f"no such method: {self.method}")
        if self.edges is not None and self.edges not in EDGES:
            raise ValueError(f"no such edges: {self.edges}")

    def over(self, below: "Rule") -> "Rule":
        """This rule, with what it leaves open taken from `below`."""
        return Rule(**{**_values_of(below), **_values_of(self)})

    @property
    def empty(self) -> bool:
        """Whether the rule sets no value."""
        return not _values_of(self)


@dataclass(frozen=True, slots=True)
class RuleProperty:
    """A field of `Rule`: its `name`, its `title` for the user, and the unit of its value.

    `noun`: the title inside a sentence, where that differs.
    """

    name: str
    title: str
    unit: str = ""
    noun: str = ""

    def of(self, name: str) -> str:
        """The property of a class or group in words."""
        return f"{self.noun or self.title} of {name}"


RULE_PROPERTIES: Mapping[str, RuleProperty] = MappingProxyType(
    {
        one.name: one
        for one in (
            RuleProperty("enabled", "events"),
            RuleProperty("method", "method"),
            RuleProperty("on", "threshold"),
            RuleProperty("off", "lower threshold"),
            RuleProperty("smoothing_s", "smoothing", "s"),
            RuleProperty("merge_gap_s", "merge gaps shorter than", "s", "gaps"),
            RuleProperty("shortest_s", "minimum duration", "s"),
            RuleProperty("longest_s", "maximum duration", "s"),
            RuleProperty("padding_s", "padding", "s"),
            RuleProperty("cooldown_s", "minimum separation", "s"),
            RuleProperty("edges", "edges"),
        )
    }
)
"""Every field of `Rule` by its name, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class ResolvedRule:
    """A rule with every value set; `off` is never above `on`."""

    on: float
    off: float
    smoothing_s: float
    shortest_s: float
    longest_s: float
    merge_gap_s: float
    padding_s: float
    cooldown_s: float
    enabled: bool
    method: Method
    edges: Edges


DEFAULT_RULE = Rule(  # what a rule set has unless it says otherwise; presets say otherwise
    on=0.25,
    off=0.05,
    smoothing_s=DEFAULT_HOP_S,  # nothing at the published hop; evens out the frames of a finer one
    shortest_s=0.0,
    longest_s=math.inf,
    merge_gap_s=1.0,
    padding_s=0.0,
    cooldown_s=0.0,
    enabled=True,
    method="hysteresis",
    edges="refined",
)


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A rule for a branch of the ontology: its id, name and the classes in it."""

    mid: str
    name: str
    members: frozenset[int]
    rule: Rule


@dataclass(frozen=True)
class RuleSet:
    """All rules of a project: a default, ontology groups, single classes (nearest wins).

    `classes` maps class index to rule. Every change gives a new set.

    Raises ValueError where the default leaves something open.
    """

    default: Rule = DEFAULT_RULE
    groups: tuple[GroupRule, ...] = ()
    classes: Mapping[int, Rule] = field(default_factory=dict)
    name: str = "balanced"
    version: int = 1

    def __post_init__(self) -> None:
        missing = [f.name for f in fields(Rule) if getattr(self.default, f.name) is None]
        if missing:
            raise ValueError(f"the default rule has no {', '.join(missing)}")
        # Larger groups first, so that the nearest ancestor of a class speaks last.
        ordered = tuple(sorted(self.groups, key=lambda g: (-len(g.members), g.mid)))
        object.__setattr__(self, "groups", ordered)
        own = {index: rule for index, rule in sorted(self.classes.items()) if not rule.empty}
        object.__setattr__(self, "classes", MappingProxyType(own))

    @classmethod
    def threshold(cls, value: float) -> "RuleSet":
        """One plain threshold for all classes, nothing else."""
        rule = Rule(
            on=value, off=value, merge_gap_s=0.0, smoothing_s=0.0, method="plain", edges="plain"
        ).over(DEFAULT_RULE)
        return cls(default=rule, name=f"threshold {value:g}")

    def changed_classes(self, after: "RuleSet", count: int) -> set[int] | None:
        """Which of `count` classes have a rule of their own that differs in another set; None where
        what all inherit differs."""
        if (self.default, self.groups) != (after.default, after.groups):
            return None
        own = self.classes.keys() | after.classes.keys()
        return {i for i in own if i < count and self.classes.get(i) != after.classes.get(i)}

    def inherited(self, class_index: int) -> Rule:
        """What a class gets from the default and its groups, without its own rule."""
        rule = self.default
        for group in self.groups:
            if class_index in group.members:
                rule = group.rule.over(rule)
        return rule

    def resolved(self, class_index: int) -> ResolvedRule:
        """Every value that holds for a class."""
        if class_index not in self._special:
            return self._resolved_default
        rule = self.inherited(class_index)
        own = self.classes.get(class_index)
        return _settled(own.over(rule) if own is not None else rule)

    @cached_property
    def _special(self) -> frozenset[int]:
        """Classes with a value other than the default's."""
        return frozenset(self.classes).union(*(group.members for group in self.groups))

    @cached_property
    def _resolved_default(self) -> ResolvedRule:
        return _settled(self.default)

    @property
    def refines(self) -> bool:
        """Whether the edges of any class are refined, so that an envelope is needed."""
        rules = (self.default, *(g.rule for g in self.groups), *self.classes.values())
        return any(rule.edges == "refined" for rule in rules)

    def with_edges(self, edges: Edges) -> "RuleSet":
        """These edges for all classes, whatever their own rules are."""
        return replace(
            self,
            default=replace(self.default, edges=edges),
            groups=tuple(replace(g, rule=replace(g.rule, edges=None)) for g in self.groups),
            classes={i: replace(rule, edges=None) for i, rule in self.classes.items()},
        )

    def with_method(self, method: Method) -> "RuleSet":
        """This method for all classes, whatever their own rules are."""
        return replace(
            self,
            default=replace(self.default, method=method),
            groups=tuple(replace(g, rule=replace(g.rule, method=None)) for g in self.groups),
            classes={i: replace(rule, method=None) for i, rule in self.classes.items()},
        )

    def origin(self, class_index: int, name: str) -> "Origin":
        """Where the value of `name` (a field of `Rule`) of a class comes from."""
        own = self.classes.get(class_index)
        if own is not None and getattr(own, name) is not None:
            return "class"
        for group in reversed(self.groups):
            if class_index in group.members and getattr(group.rule, name) is not None:
                return group
        return "default"

    @cached_property
    def rules_id(self) -> str:
        """A short hash of the rules' values; name and version do not count."""
        content = {
            "default": asdict(self.default),
            "groups": [[g.mid, sorted(g.members), asdict(g.rule)] for g in self.groups],
            "classes": [[index, asdict(rule)] for index, rule in self.classes.items()],
        }
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def with_threshold(self, class_index: int | None, on: float) -> "RuleSet":
        """Another `on` for one class, or (None) for the default."""
        if class_index is None:
            return replace(self, default=replace(self.default, on=on))
        own = self.classes.get(class_index, Rule())
        return self.with_class(class_index, replace(own, on=on))

    def with_class(self, class_index: int, rule: Rule) -> "RuleSet":
        """Another rule for one class; an empty one removes it."""
        return replace(self, classes={**self.classes, class_index: rule})

    def with_default(self, rule: Rule) -> "RuleSet":
        """Another default; what `rule` leaves open stays."""
        return replace(self, default=rule.over(self.default))

    def with_group(self, mid: str, rule: Rule, ontology: Ontology) -> "RuleSet":
        """Another rule for a branch of the ontology; an empty one removes it.

        Raises SettingsError where the ontology has no such branch.
        """
        others = tuple(g for g in self.groups if g.mid != mid)
        added = () if rule.empty else (group_rule(mid, rule, ontology),)
        return replace(self, groups=others + added)

    def only(self, class_indices: Iterable[int], of: int) -> "RuleSet":
        """The same rules, with every other of the `of` classes switched off."""
        wanted = set(class_indices)
        off = {
            i: replace(self.classes.get(i, Rule()), enabled=False)
            for i in range(of)
            if i not in wanted
        }
        return replace(self, classes={**self.classes, **off})


Origin = GroupRule | Literal["class", "default"]
"""Where a value comes from: the class itself, a group that it is in, or the default."""


def _settled(rule: Rule) -> ResolvedRule:
    values = _values_of(rule)
    values["off"] = (
        values["on"] if values["method"] == "plain" else min(values["off"], values["on"])
    )
    return ResolvedRule(**values)


def group_rule(mid: str, rule: Rule, ontology: Ontology) -> GroupRule:
    """A rule for the node `mid` and all below it.

    Raises SettingsError where the ontology has no such node.
    """
    node = ontology.node(mid)
    if node is None:
        raise SettingsError(mid, "is not in the ontology")
    nodes = (node, *ontology.below(mid))
    members = frozenset(n.class_index for n in nodes if n.class_index is not None)
    return GroupRule(mid, node.name, members, rule)


def _values_of(rule: Rule) -> dict[str, Any]:
    pairs = ((f.name, getattr(rule, f.name)) for f in fields(Rule))
    return {name: value for name, value in pairs if value is not None}
