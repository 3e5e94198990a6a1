"""What the menu Tools offers."""

from .spec import ActionSpec, Needs

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "find_similar",
        "&Find similar sounds",
        "Tools",
        ("Ctrl+F",),
        tip="Find what resembles the selected events or stretch in all recordings of the project",
        needs=Needs.RECORDING,
    ),
    ActionSpec(
        "find_like_file",
        "Find what resembles a &recording…",
        "Tools",
        tip="Find what resembles a sound file from anywhere",
    ),
    ActionSpec(
        "near_duplicates",
        "Find near-&duplicates of this recording",
        "Tools",
        tip="Find recordings of the project in which most of this one comes back",
        needs=Needs.RECORDING,
    ),
    ActionSpec(
        "teach",
        "&Teach a class…",
        "Tools",
        ("Ctrl+T",),
        tip="Teach a class of your own from accepted and rejected events",
        separator=True,
    ),
    ActionSpec(
        "label_next",
        "Label &next ten",
        "Tools",
        ("Ctrl+Shift+T",),
        tip="Show ten places whose label would help a taught class most",
    ),
    ActionSpec(
        "map",
        "&Map of the sounds",
        "Tools",
        ("Ctrl+M",),
        tip="Show all sounds of the project as points, alike ones near each other",
    ),
    ActionSpec(
        "evaluation",
        "&Evaluation…",
        "Tools",
        ("Ctrl+Shift+E",),
        tip="How good the events are, measured by decisions or by a table, and better rules",
        separator=True,
    ),
    ActionSpec(
        "replay",
        "Decision re&play…",
        "Tools",
        ("Ctrl+Shift+D",),
        tip="Which decisions other rules or weights would contradict",
    ),
    ActionSpec(
        "calibration",
        "Cali&bration…",
        "Tools",
        ("Ctrl+Shift+B",),
        tip="How often each class is right at which score, as far as reviews tell",
    ),
    ActionSpec("clear_cache", "&Clear stored results", "Tools", separator=True),
)
