"""Where the program's own folders are."""

import os
from pathlib import Path


def user_cache_folder() -> Path:
    """Where this user's caches live; `YAMNET_GUI_CACHE` names another folder."""
    override = os.environ.get("YAMNET_GUI_CACHE")
    if override:
        return Path(override)
    import platformdirs

    return Path(platformdirs.user_cache_dir("yamnet-gui", appauthor=False))
