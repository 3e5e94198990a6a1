"""What the menu File offers."""

from .spec import ActionSpec, Needs

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("open", "&Open…", "File", ("Ctrl+O",), "open", "Open a recording"),
    ActionSpec("open_folder", "Open &folder…", "File", ("Ctrl+Shift+O",), "folder"),
    ActionSpec("demo", "Open the &demo", "File", tip="A generated recording with its analysis"),
    ActionSpec("close", "&Close recording", "File", ("Ctrl+W",), "close", needs=Needs.RECORDING),
    ActionSpec(
        "open_project",
        "Open pro&ject…",
        "File",
        ("Ctrl+Alt+O",),
        tip="Open a project to keep decisions in",
        separator=True,
    ),
    ActionSpec("new_project", "&New project…", "File", ("Ctrl+Alt+N",), tip="Make a project"),
    ActionSpec(
        "save_project",
        "&Save project as…",
        "File",
        ("Ctrl+S",),
        tip="Copy the project under another name and go on there",
    ),
    ActionSpec(
        "add_recordings",
        "Add &recordings to the project…",
        "File",
        ("Ctrl+Alt+R",),
        tip="Add files, or lists of files, to the project",
    ),
    ActionSpec(
        "add_folder",
        "Add a &folder to the project…",
        "File",
        ("Ctrl+Alt+F",),
        tip="Add all recordings below a folder to the project",
    ),
    ActionSpec(
        "merge_project",
        "Mer&ge another copy…",
        "File",
        tip="Take over what somebody else decided in a copy of this project",
    ),
    ActionSpec("backups", "&Backups…", "File", tip="Go back to an earlier state of the project"),
    ActionSpec(
        "find_missing",
        "Find &missing recordings…",
        "File",
        tip="Look below a folder for recordings that have moved, by their content",
    ),
    ActionSpec(
        "export",
        "&Export events…",
        "File",
        ("Ctrl+E",),
        "export",
        "Write events of this recording or of the whole project to files",
        separator=True,
    ),
    ActionSpec(
        "import_labels",
        "&Import labels…",
        "File",
        ("Ctrl+I",),
        "import",
        "Take tables of labels into the project",
    ),
    ActionSpec("cut_clips", "Cu&t clips…", "File", tip="Cut events out of their recordings"),
    ActionSpec("report", "&Report…", "File", tip="A page about the labels, to read and print"),
    ActionSpec("screenshot", "Save a &picture of the window…", "File", tip="As PNG"),
    ActionSpec("quit", "&Quit", "File", ("Ctrl+Q",), separator=True),
)
