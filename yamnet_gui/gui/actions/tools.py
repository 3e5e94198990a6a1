"""The actions of the Tools menu."""

from .spec import ActionSpec, Needs

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "find_similar",
        "&Find similar sounds",
        "Tools",
        ("Ctrl+F",),
        tip="Find sounds like the selected events or span in all recordings of the project",
        needs=Needs.RECORDING,
    ),
    ActionSpec(
        "find_like_file",
        "Find sounds like a &recording…",
        "Tools",
        tip="Find sounds like those of a sound file from anywhere",
    ),
    ActionSpec(
        "near_duplicates",
        "Find near-&duplicates of this recording",
        "Tools",
        tip="Find recordings of the project that repeat most of this one",
        needs=Needs.RECORDING,
    ),
    ActionSpec(
        "teach",
        "&Train a class…",
        "Tools",
        ("Ctrl+T",),
        tip="Train a custom class on accepted and rejected events",
        separator=True,
    ),
    ActionSpec(
        "label_next",
        "Label &next ten",
        "Tools",
        ("Ctrl+Shift+T",),
        tip="Show ten sounds whose label would help a custom class most",
    ),
    ActionSpec(
        "finetune",
        "Fine-t&une…",
        "Tools",
        tip="Train YAMNet further on your own sounds: a model with classes of your own",
    ),
    ActionSpec(
        "models",
        "Mode&ls…",
        "Tools",
        tip="Choose the model of this project, YAMNet or one of yours, and export models",
    ),
    ActionSpec(
        "map",
        "Sound &map",
        "Tools",
        ("Ctrl+M",),
        tip="Show all sounds of the project as points, similar ones close together",
    ),
    ActionSpec(
        "gallery",
        "&Gallery",
        "Tools",
        ("Ctrl+Shift+M",),
        tip="Show many events or similar sounds at once as thumbnails, to hear and decide on",
    ),
    ActionSpec(
        "activity",
        "&Activity",
        "Tools",
        ("Ctrl+Shift+A",),
        tip="Show which class occurs when: events by hour of day, by day and by recording",
    ),
    ActionSpec(
        "evaluation",
        "&Evaluation…",
        "Tools",
        ("Ctrl+Shift+E",),
        tip="Measure the events against your decisions or a reference table, and tune the rules",
        separator=True,
    ),
    ActionSpec(
        "replay",
        "Decision re&play…",
        "Tools",
        ("Ctrl+Shift+D",),
        tip="List the decisions that other rules or weights would contradict",
    ),
    ActionSpec(
        "calibration",
        "Cali&bration…",
        "Tools",
        ("Ctrl+Shift+B",),
        tip="Estimate from your reviews how often each class is right at each score",
    ),
    ActionSpec(
        "clear_cache",
        "Delete &stored analyses…",
        "Tools",
        tip="Give back room on the disk: analyses are computed again when they are needed,"
        " labels and projects stay",
        separator=True,
    ),
)
