"""The actions of the Analyse menu."""

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
        "cancel", "&Cancel analysis", "Analyse", ("Ctrl+.",), "cancel", needs=Needs.RECORDING
    ),
    ActionSpec(
        "analyse_all",
        "Analyse all &recordings",
        "Analyse",
        ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
        tip="Analyse all listed recordings; choose again to pause or resume",
        separator=True,
    ),
    ActionSpec(
        "analyse_rest",
        "Analyse t&he rest",
        "Analyse",
        tip="Analyse the recordings of the project that no model has analysed yet",
    ),
    ActionSpec("cancel_all", "&Stop analysing all recordings", "Analyse", ("Ctrl+Shift+.",)),
    ActionSpec("rules", "R&ules", "Analyse", ("Ctrl+R",), separator=True),
    ActionSpec("apply_rules", "A&pply rules to all recordings…", "Analyse"),
    ActionSpec("import_rules", "&Import rules…", "Analyse"),
    ActionSpec("export_rules", "&Export rules…", "Analyse"),
    ActionSpec("reset_rules", "Rese&t all rules", "Analyse"),
    ActionSpec("weights", "Model &weights…", "Analyse", (), "download"),
)
