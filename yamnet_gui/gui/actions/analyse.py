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
    ActionSpec("reset_rules", "&Reset all thresholds", "Analyse", separator=True),
    ActionSpec("weights", "&Weights of the network…", "Analyse", (), "download"),
)
