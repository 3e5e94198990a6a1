"""Draws the pictures of the window that the documents show, or every panel and dialog.

    python docs/pictures/make.py               # those of the guide and the README
    python docs/pictures/make.py --every OUT   # all, in every size, scaling and theme, to look at

Needs Pillow, which comes with matplotlib. Every picture is drawn by the program itself, offscreen,
with settings and caches of its own, with the demo and without weights, or with what `--open` names
and the weights of `YAMNET_GUI_WEIGHTS`. Those of the documents are reduced to 256 colours.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHOWN_SIZE = "1280x800"
GUIDE = (
    "start", "window", "event-selected", "event-rows", "project-page", "panel-all-events",
    "panel-similar", "panel-gallery", "panel-map", "panel-rules",
    "dialog-export", "dialog-import", "day-timeline", "day-table", "day-activity",
)  # fmt: skip
README = ("window",)
DISPLAYS = (("1366x768", 1), ("1920x1080", 1), ("1920x1080", 2), ("2732x1536", 2))
"""Pixels of a display and its scaling: a laptop, a large display, and both sizes of window at 200 %
on displays of that kind (960 × 540, and as large as on the laptop)."""
THEMES = ("light", "dark")


def draw(
    out: Path, size: str, scale: int, theme: str, suffix: str, more: Sequence[str] = ()
) -> None:
    """Runs the scenes once; raises CalledProcessError where one cannot be drawn."""
    with tempfile.TemporaryDirectory() as folder:
        weights = ("YAMNET_GUI_WEIGHTS",) if "--open" in more else ()
        ours = [k for k in os.environ if k.startswith("YAMNET_GUI_") and k not in weights]
        env = {k: v for k, v in os.environ.items() if k not in ours}
        names = ("DATA", "CACHE", "CONFIG", "STATE")
        env |= {f"XDG_{name}_HOME": f"{folder}/{name.lower()}" for name in names}
        env |= {"HOME": folder, "PYTHONPATH": str(ROOT)}
        env["QT_QPA_PLATFORM"] = f"offscreen:configfile={_display(Path(folder), size, scale)}"
        env["QT_SCALE_FACTOR"] = str(scale)
        options = ["--size", size, "--theme", theme, "--suffix", suffix]
        script = [sys.executable, str(HERE / "scenes.py"), str(out)]
        subprocess.run([*script, *options, *more], env=env, check=True)


def _display(folder: Path, size: str, scale: int) -> Path:
    """Describes a display as large as the window: that of Qt has 800 × 600, and cuts dialogs."""
    width, height = (int(side) * scale for side in size.split("x"))
    screen = {"name": "display", "x": 0, "y": 0, "width": width, "height": height}
    screen |= {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    path = folder / "display.json"
    path.write_text(json.dumps({"screens": [screen]}))
    return path


def draw_documents() -> None:
    """The pictures beside this script; removes those that no document shows any more."""
    wanted = {f"{name}-light.png" for name in GUIDE} | {f"{name}-dark.png" for name in README}
    with tempfile.TemporaryDirectory() as folder:
        for theme, names in (("light", GUIDE), ("dark", README)):
            draw(Path(folder), SHOWN_SIZE, 1, theme, theme, ["--only", *names])
        for name in sorted(wanted):
            with Image.open(Path(folder, name)) as picture:
                few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
            few.save(HERE / name, optimize=True)
            print(f"{name}: {(HERE / name).stat().st_size / 1024:.0f} kB")
    for old in HERE.glob("*.png"):
        if old.name not in wanted:
            old.unlink()


def draw_every(out: Path, more: Sequence[str]) -> None:
    """Every panel and dialog in every size, scaling and theme."""
    for display, scale in DISPLAYS:
        width, height = (int(side) // scale for side in display.split("x"))
        for theme in THEMES:
            suffix = f"{display}-{scale * 100}-{theme}"
            draw(out, f"{width}x{height}", scale, theme, suffix, more)


def main() -> None:
    parser = argparse.ArgumentParser(description="Draws the pictures of the window.")
    parser.add_argument("--every", type=Path, metavar="OUT", help="every panel and dialog")
    parser.add_argument("--open", metavar="FILE", help="a recording or project for --every")
    asked = parser.parse_args()
    if asked.every:
        draw_every(asked.every, ["--open", asked.open] if asked.open else [])
    else:
        draw_documents()


if __name__ == "__main__":
    main()
