"""The actions of the File menu."""

from .spec import ActionSpec, Needs

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("open", "&Open…", "File", ("Ctrl+O",), "open", "Open a recording"),
    ActionSpec("open_folder", "Open &folder…", "File", ("Ctrl+Shift+O",), "folder"),
    ActionSpec(
        "open_address",
        "Open address (&web, storage)…",
        "File",
        tip="Open a recording or a folder at s3://, gs://, az://, sftp:// or https://",
    ),
    ActionSpec(
        "demo", "Open &demo recording", "File", tip="A synthetic recording with its analysis"
    ),
    ActionSpec("close", "&Close recording", "File", ("Ctrl+W",), "close", needs=Needs.RECORDING),
    ActionSpec(
        "open_project",
        "Open pro&ject…",
        "File",
        ("Ctrl+Alt+O",),
        tip="Open a project, which stores your decisions",
        separator=True,
    ),
    ActionSpec(
        "project_page",
        "Project o&verview",
        "File",
        ("Ctrl+Alt+P",),
        tip="Show the state of the project, what to do next, and what was done lately",
    ),
    ActionSpec(
        "open_dataset",
        "O&pen dataset…",
        "File",
        tip="Look through the events of very many recordings, and take some into the project",
    ),
    ActionSpec("new_project", "&New project…", "File", ("Ctrl+Alt+N",), tip="Create a project"),
    ActionSpec(
        "save_project",
        "&Save project as…",
        "File",
        ("Ctrl+S",),
        tip="Save a copy of the project under another name and continue in the copy",
    ),
    ActionSpec(
        "close_project",
        "Close project",
        "File",
        tip="Close the project and its recording; what comes next is of the personal project",
    ),
    ActionSpec(
        "add_recordings",
        "&Add recordings to project…",
        "File",
        ("Ctrl+Alt+R",),
        tip="Add files, or lists of files, to the project",
    ),
    ActionSpec(
        "add_folder",
        "Add fo&lder to project…",
        "File",
        ("Ctrl+Alt+F",),
        tip="Add all recordings in a folder and its subfolders to the project",
    ),
    ActionSpec(
        "add_address",
        "Add address to project…",
        "File",
        tip="Add a recording in storage, or all below an address, to the project",
    ),
    ActionSpec(
        "merge_project",
        "Mer&ge another copy…",
        "File",
        tip="Merge the decisions that someone else made in a copy of this project",
    ),
    ActionSpec("backups", "&Backups…", "File", tip="Restore an earlier state of the project"),
    ActionSpec(
        "find_missing",
        "Find &missing recordings…",
        "File",
        tip="Search a folder and its subfolders for moved recordings, by their content",
    ),
    ActionSpec(
        "start_times",
        "S&tart times…",
        "File",
        tip="Set or correct when the selected recordings began",
    ),
    ActionSpec(
        "export",
        "&Export events…",
        "File",
        ("Ctrl+E",),
        "export",
        "Export events of this recording or of the whole project",
        separator=True,
    ),
    ActionSpec(
        "import_labels",
        "&Import labels…",
        "File",
        ("Ctrl+I",),
        "import",
        "Import label files into the project",
    ),
    ActionSpec("cut_clips", "C&ut clips…", "File", tip="Save each event as a sound file"),
    ActionSpec("report", "&Report…", "File", tip="Write a printable summary of the labels"),
    ActionSpec("screenshot", "Save screens&hot…", "File", tip="Save a picture of the window"),
    ActionSpec("quit", "&Quit", "File", ("Ctrl+Q",), separator=True),
)
