"""Draws the pictures of the window that the documents show.

    python docs/pictures/make.py

Needs Pillow, which comes with matplotlib. Every picture is drawn by the program itself, offscreen,
with settings and caches of its own, and reduced to 256 colours. A window of 1280 × 800 at 200 % is
2560 × 1600 pixels large.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SIZES = ("1280x800", "1920x1080")
SCALES = (1, 2)
THEMES = ("dark", "light")


def name_of(size: str, scale: int, theme: str) -> str:
    return f"window-{size}-{scale * 100}-{theme}.png"


def draw(target: Path, size: str, scale: int, theme: str) -> None:
    """Runs the program once and stores what it drew."""
    with tempfile.TemporaryDirectory() as folder:
        env = {k: v for k, v in os.environ.items() if not k.startswith("YAMNET_GUI_")}
        env |= {f"XDG_{name}_HOME": f"{folder}/{name}" for name in ("DATA", "CACHE", "CONFIG")}
        env["PYTHONPATH"] = str(ROOT)
        drawn = Path(folder) / "drawn.png"
        options = ["--size", size, "--scale", str(scale), "--theme", theme]
        command = [sys.executable, "-m", "yamnet_gui", "demo", "--screenshot", str(drawn)]
        subprocess.run([*command, *options], env=env, check=True)
        with Image.open(drawn) as picture:
            few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        few.save(target, optimize=True)


def main() -> None:
    wanted = {
        name_of(*how): how
        for size in SIZES
        for scale in SCALES
        for theme in THEMES
        for how in [(size, scale, theme)]
    }
    for name, how in wanted.items():
        draw(HERE / name, *how)
        print(f"{name}: {(HERE / name).stat().st_size / 1024:.0f} kB")
    for old in HERE.glob("*.png"):
        if old.name not in wanted:
            old.unlink()


if __name__ == "__main__":
    main()
