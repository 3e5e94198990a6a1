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
    ActionSpec("rules", "R&ules", "Analyse", ("Ctrl+R",), separator=True),
    ActionSpec("apply_rules", "A&pply the rules to all recordings…", "Analyse"),
    ActionSpec("import_rules", "&Import rules…", "Analyse"),
    ActionSpec("export_rules", "&Export the rules…", "Analyse"),
    ActionSpec("reset_rules", "Rese&t all rules", "Analyse"),
    ActionSpec("weights", "&Weights of the network…", "Analyse", (), "download"),
)
