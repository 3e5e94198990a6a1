"""What the menu Analyse offers."""

from .spec import ActionSpec, Needs

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "analyse",
        "&Analyse",
        "Analyse",
        ("Ctrl+Return", "Ctrl+Enter"),
        "analyse",
        needs=Needs.RECORDING,
    ),
    ActionSpec(
        "cancel", "&Cancel the analysis", "Analyse", ("Ctrl+.",), "cancel", needs=Needs.RECORDING
    ),
    ActionSpec(
        "analyse_all",
        "Analyse all &recordings",
        "Analyse",
        ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
        tip="Analyse all recordings of the list; again to pause and to go on",
        separator=True,
    ),
    ActionSpec("cancel_all", "&Stop analysing all recordings", "Analyse", ("Ctrl+Shift+.",)),
    ActionSpec("reset_rules", "&Reset all thresholds", "Analyse", separator=True),
    ActionSpec("weights", "&Weights of the network…", "Analyse", (), "download"),
)
