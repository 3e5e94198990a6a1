"""Tries the program that `build.py` made as somebody does who has no Python.

    python -m bundle.smoke PROGRAM [--weights yamnet.h5] [--pictures FOLDER]

On Linux with bubblewrap (`bwrap`) the program sees a root of its own: nothing but itself, the C
library, the few libraries that every desktop has, and fonts; elsewhere an environment without
`PATH`. Where Xvfb and xdotool are installed, its window is opened, too. Without weights, small
random ones are written, for which this Python needs h5py. Prints each step; the exit status is
that of the first step that fails.
"""

import argparse
import csv
import json
import math
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import wave
import zlib
from pathlib import Path

HOST_LIBRARIES = (
    # the C library
    "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libc.so.6", "libm.so.6", "libmvec.so.1",
    "libdl.so.2",
    "libpthread.so.0", "librt.so.1", "libutil.so.1", "libresolv.so.2", "libnss_files.so.2",
    "libz.so.1",  # which the first steps of the program need, and every system has
    # what belongs to the display and its driver, and is never part of a program
    "libGL.so.1", "libEGL.so.1", "libGLX.so.0", "libGLdispatch.so.0", "libX11.so.6",
    "libxcb.so.1", "libXau.so.6", "libXdmcp.so.6", "libbsd.so.0", "libmd.so.0",
)  # fmt: skip
"""Libraries that the root holds; the README asks for libegl1 and libgl1, which bring them."""
_TRACES = ("Traceback", "ModuleNotFoundError", "ImportError")


class Smoke:
    """Runs the program and looks at what it does; AssertionError says what is wrong."""

    def __init__(self, program: Path, home: Path, pictures: Path) -> None:
        self.program, self.home, self.pictures = program.resolve(), home, pictures
        self._bubblewrap = shutil.which("bwrap") if sys.platform == "linux" else None
        self.bare = self._bubblewrap is not None
        if self.bare:
            self._libraries = _host_libraries(home / "lib")
        for name in ("data", "out"):
            (home / name).mkdir()

    def command(self, *arguments: str | Path) -> list[str]:
        """The program and its arguments, inside the bare root where there is one."""
        words = [str(argument) for argument in arguments]
        if self._bubblewrap is None:
            return [str(self.program), *words]
        folder = self.program.parent
        root = ["--tmpfs", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
        for place in ("/lib64", "/usr/lib", "/lib"):
            root += ["--ro-bind", str(self._libraries), place]
        for shown in ("/usr/share/fonts", "/etc/fonts", "/tmp/.X11-unix"):
            root += ["--ro-bind-try", shown, shown]
        root += ["--ro-bind", str(folder), str(folder), "--bind", str(self.home), str(self.home)]
        root += ["--remount-ro", "/", "--chdir", str(self.home), "--die-with-parent"]
        return [self._bubblewrap, "--unshare-pid", *root, "--", str(self.program), *words]

    def environment(self, **more: str) -> dict[str, str]:
        """Without PATH and without anything of this Python."""
        kept = {"SYSTEMROOT", "WINDIR", "USERPROFILE", "TEMP", "TMP", "LOCALAPPDATA", "APPDATA"}
        own = {name: os.environ[name] for name in kept if name in os.environ}
        own |= {"HOME": str(self.home), "PATH": "", "LC_ALL": "C.UTF-8"}
        for name in ("DATA", "CACHE", "CONFIG", "STATE"):
            own[f"XDG_{name}_HOME"] = str(self.home / name.lower())
        return own | {"YAMNET_GUI_CACHE": str(self.home / "cache")} | more

    def run(self, *arguments: str | Path, status: int = 0, **environment: str) -> str:
        """What the program printed; it must end with `status` and without a trace of Python."""
        began = time.monotonic()
        print("$ yamnet-gui", *(str(a).replace(str(self.home), "~") for a in arguments), flush=True)
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment(**environment),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=600,
            check=False,
        )
        printed = (done.stdout + done.stderr).replace(str(self.home), "~")
        print("".join(f"    {line}\n" for line in printed.splitlines()[:12]), end="")
        print(f"    [{done.returncode}, {time.monotonic() - began:.1f} s]", flush=True)
        assert done.returncode == status, f"ended with status {done.returncode}: {printed}"
        assert not any(word in printed for word in _TRACES), printed
        return printed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--recording", type=Path, help="one more recording to analyse")
    parser.add_argument("--pictures", type=Path, help="where pictures of the window are left")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="smoke ä ") as folder:
        pictures = options.pictures or Path(folder, "pictures")
        pictures.mkdir(parents=True, exist_ok=True)
        home = Path(folder, "home")
        home.mkdir()
        smoke = Smoke(options.program, home, pictures.resolve())
        print(f"root of its own: {'yes' if smoke.bare else 'no'}")
        weights = home / "yamnet.h5"
        if options.weights is not None:
            shutil.copy(options.weights, weights)
        else:
            _tiny_weights(weights)
        try:
            _commands(smoke, weights, options.recording)
            _demo(smoke)
            if shutil.which("Xvfb") and shutil.which("xdotool") and sys.platform == "linux":
                _window(smoke, weights)
            else:
                print("no Xvfb or xdotool: no window is opened")
        except AssertionError as error:
            print(f"FAILED: {error}")
            return 1
    print("all well")
    return 0


def _commands(smoke: Smoke, weights: Path, recording: Path | None) -> None:
    home, out = smoke.home, smoke.home / "out"
    night = home / "night"
    night.mkdir()
    clips = [_write_tone(night / f"{number} ü.wav", 200.0 * number) for number in (1, 2, 3)]
    if recording is not None:
        clips.append(Path(shutil.copy(recording, night)))
    given = {"YAMNET_GUI_WEIGHTS": str(weights)}
    assert smoke.run("--version").startswith("yamnet-gui ")
    assert "analyze" in smoke.run("--help")
    for command in ("analyze", "embed", "export", "evaluate", "finetune", "models", "packages"):
        assert "usage:" in smoke.run(command, "--help")
    assert "modules of the program, its libraries" in smoke.run("-P", "-m", "bundle.probe")
    assert ": " in smoke.run("analyze", clips[0], **given)
    table = out / "events.csv"
    smoke.run("analyze", night, "-o", table, "--jobs", "2", "--threshold", "0.1", **given)
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {Path(row["file"]).name for row in rows} >= {clips[0].name, clips[1].name}, rows[:3]
    selections = out / "events.selections.txt"
    smoke.run("export", table, "-o", selections, "--format", "raven")
    lines = selections.read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(rows) + 1, (len(lines), len(rows))
    assert lines[0].startswith("Selection\t"), lines[0]
    copy = out / "copy.csv"
    smoke.run("export", table, "-o", copy, "--format", "csv")
    assert len(copy.read_text(encoding="utf-8").splitlines()) == len(rows) + 1
    smoke.run("embed", night, "-o", out / "clips.npz", **given)
    report = out / "run.json"
    smoke.run("analyze", clips[0], "-o", out / "one.csv", "--provenance", report, **given)
    made = json.loads(report.read_text(encoding="utf-8"))
    assert "numpy" in json.dumps(made), made
    said = smoke.run("finetune", night, "-o", out / "own.h5", status=2, **given)
    assert "packages add tensorflow" in said, said
    assert "tensorflow: not installed" in smoke.run("packages")


def _demo(smoke: Smoke) -> None:
    for theme in ("dark", "light"):
        picture = smoke.home / "out" / f"demo-{theme}.png"
        smoke.run("demo", "--screenshot", picture, "--size", "1366x768", "--theme", theme)
        assert _colours(picture) > 200, "the picture of the demo is empty"
        shutil.copy(picture, smoke.pictures)


def _window(smoke: Smoke, weights: Path) -> None:
    """Opens a recording in a real window, waits until it is drawn and analysed, and closes it."""
    from tests.e2e.desktop import Desktop, wait_until

    screen = Path(tempfile.mkdtemp(prefix="screen"))
    desktop = Desktop(screen)
    clip = smoke.home / "night" / "2 ü.wav"
    began = time.monotonic()
    process = subprocess.Popen(
        smoke.command(clip, "--size", "1200x740"),
        env=smoke.environment(DISPLAY=desktop.display, YAMNET_GUI_WEIGHTS=str(weights)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    try:
        wait_until(lambda: clip.name in desktop.active_title(), 120, "a window with the recording")
        print(f"window with a recording after {time.monotonic() - began:.1f} s")
        wait_until(lambda: _stored(smoke.home / "cache"), 120, "the analysis of the recording")
        desktop.wait_until_still(60)
        picture = smoke.pictures / "window.png"
        _write_picture(desktop.picture(), picture)
        assert _colours(picture) > 200, "the window is empty"
        desktop.key("ctrl+q")
        printed, _ = process.communicate(timeout=60)
        assert process.returncode == 0, f"the window ended with {process.returncode}: {printed}"
        assert not any(word in printed for word in _TRACES), printed
        print("".join(f"    {line}\n" for line in printed.splitlines()), end="")
    finally:
        process.kill()
        process.wait()
        desktop.close()
        shutil.rmtree(screen, ignore_errors=True)


def _stored(cache: Path) -> bool:
    return any(cache.rglob("analysis.json"))


def _tiny_weights(path: Path) -> None:
    from tests.tiny_network import write_tiny_weights

    write_tiny_weights(path)


def _host_libraries(folder: Path) -> Path:
    """Copies of the libraries that every desktop has, wherever they are looked for."""
    listed = subprocess.run(
        ["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True
    ).stdout
    known: dict[str, str] = {}
    for line in listed.splitlines():
        name, _, path = line.strip().partition(" ")
        if "=>" in path and ("x86-64" in path or "AArch64" in path):
            known.setdefault(name, path.rpartition("=> ")[2])
    places = [folder, folder / "x86_64-linux-gnu", folder / "aarch64-linux-gnu"]
    for place in places:
        place.mkdir(parents=True)
        for name in HOST_LIBRARIES:
            if name in known:
                shutil.copy(os.path.realpath(known[name]), place / name)
    locale = Path("/usr/lib/locale/C.utf8")
    if locale.is_dir():
        shutil.copytree(locale, folder / "locale" / locale.name)
    return folder


def _write_tone(path: Path, hertz: float, seconds: float = 5.0, rate: int = 16_000) -> Path:
    """A sound that comes and goes."""
    count = round(seconds * rate)
    samples = (
        round(20_000 * math.sin(2 * math.pi * hertz * n / rate) * abs(math.sin(6 * n / count)))
        for n in range(count)
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


def _write_picture(dump: bytes, path: Path) -> None:
    """The frame buffer of Xvfb, a dump of xwd with 32 bits a pixel, as a PNG."""
    header = struct.unpack_from(">25I", dump)
    size, width, height, stride, colours = header[0], header[4], header[5], header[12], header[19]
    begin = size + 12 * colours
    lines = []
    for row in range(height):
        pixels = dump[begin + row * stride :][: 4 * width]
        line = bytearray(3 * width)
        line[0::3], line[1::3], line[2::3] = pixels[2::4], pixels[1::4], pixels[0::4]
        lines.append(b"\0" + bytes(line))

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(lines))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def _colours(path: Path) -> int:
    """How many different values of four bytes its compressed picture has: few where it is empty."""
    content = path.read_bytes()
    data, at = b"", 8
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        if content[at + 4 : at + 8] == b"IDAT":
            data += content[at + 8 : at + 8 + length]
        at += 12 + length
    rows = zlib.decompress(data)
    return len({rows[at : at + 4] for at in range(0, len(rows), 4)})


if __name__ == "__main__":
    sys.exit(main())
