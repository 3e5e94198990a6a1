"""What ships with the program belongs together and is whole."""

import configparser
import hashlib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from yamnet_gui import __version__
from yamnet_gui.app import parse
from yamnet_gui.audio import open_audio
from yamnet_gui.core.resources import bundled_class_map, resource_path
from yamnet_gui.labels.project.models import PROJECT_SUFFIX

NAMES = bundled_class_map().names
ICONS = sorted(resource_path("icons").glob("*.svg"))


@pytest.fixture(scope="module")
def analysis() -> dict[str, np.ndarray]:
    with np.load(resource_path("demo", "demo.analysis.npz"), allow_pickle=False) as stored:
        return dict(stored)


def test_the_demo_is_between_one_and_two_minutes_in_stereo() -> None:
    with open_audio(resource_path("demo", "demo.ogg")) as demo:
        assert 60 <= demo.info.duration_s <= 120
        assert demo.info.channels == 2
        assert np.isfinite(demo.read(0, demo.frames)).all()
        assert demo.warnings == ()


def test_the_stored_analysis_belongs_to_the_demo(analysis: dict[str, np.ndarray]) -> None:
    recording = resource_path("demo", "demo.ogg").read_bytes()
    assert str(analysis["recording_sha256"]) == hashlib.sha256(recording).hexdigest()
    assert tuple(analysis["class_names"]) == NAMES
    frames = len(analysis["frame_start_s"])
    assert analysis["scores"].shape == (frames, len(NAMES))
    assert analysis["embeddings"].shape == (frames, 1024)
    with open_audio(resource_path("demo", "demo.ogg")) as demo:
        assert float(analysis["end_s"]) == pytest.approx(demo.info.duration_s)
    np.testing.assert_allclose(np.diff(analysis["frame_start_s"]), float(analysis["hop_s"]))


def test_the_stored_analysis_says_which_weights_it_came_from(
    analysis: dict[str, np.ndarray],
) -> None:
    assert len(str(analysis["weights_sha256"])) == 64
    assert str(analysis["weights_sha256"]) in str(analysis["weights_name"])


@pytest.mark.parametrize(
    ("name", "from_s", "to_s"),
    [
        ("Speech", 1, 14),
        ("Tick", 15, 22),
        ("Dial tone", 23, 27),
        ("Telephone dialing, DTMF", 26, 30),
        ("Ringtone", 30, 36),
        ("Music", 40, 49),
        ("Silence", 49, 51),
        ("Smoke detector, smoke alarm", 51, 60),
        ("Siren", 64, 74),
        ("Rain", 73, 82),
        ("Cricket", 82, 89),
        ("Whistling", 89, 97),
        ("White noise", 98, 102),
    ],
)
def test_every_sound_of_the_demo_is_named_where_it_is_heard(
    analysis: dict[str, np.ndarray], name: str, from_s: float, to_s: float
) -> None:
    start_s = analysis["frame_start_s"]
    there = (start_s >= from_s - 0.5) & (start_s <= to_s)
    assert analysis["scores"][there, NAMES.index(name)].max() > 0.5


@pytest.mark.parametrize("path", ICONS, ids=lambda path: path.stem)
def test_icons_are_drawings_that_take_the_colour_of_the_palette(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    assert root.tag.endswith("svg")
    assert root.get("viewBox") == "0 0 24 24"
    colours = {element.get(key) for element in root.iter() for key in ("fill", "stroke")}
    assert colours <= {"currentColor", "none", None}


@pytest.mark.parametrize("size", [16, 22, 24, 32, 48, 64, 128, 256, 512])
def test_the_application_has_an_icon_in_every_size(size: int) -> None:
    with Image.open(resource_path("app_icon", f"{size}.png")) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", (size, size))
        alpha = np.asarray(picture)[..., 3]
        assert alpha[0, 0] == 0  # rounded
        assert alpha[size // 2, size // 2] == 255


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("yamnet-gui.ico", {16, 20, 24, 32, 40, 48, 64, 128, 256}),
        ("yamnet-gui.icns", {32, 64, 128, 256, 512, 1024}),
    ],
)
def test_the_icons_of_other_systems_hold_every_size(name: str, sizes: set[int]) -> None:
    with Image.open(resource_path("app_icon", name)) as picture:
        given = picture.info["sizes"]
    assert {size[0] * (size[2] if len(size) > 2 else 1) for size in given} == sizes


def test_the_desktop_entry_names_the_program() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str
    entry.read(resource_path("org.yamnet_gui.YamnetGui.desktop"), encoding="utf-8")
    assert entry["Desktop Entry"]["Exec"].startswith("yamnet-gui ")
    assert entry["Desktop Entry"]["Icon"] == "org.yamnet_gui.YamnetGui"


def test_projects_and_recordings_are_opened_by_the_desktop_entry() -> None:
    kind = "application/x-yamnet-gui-project"
    entry = resource_path("org.yamnet_gui.YamnetGui.desktop").read_text(encoding="utf-8")
    described = resource_path("org.yamnet_gui.YamnetGui.xml").read_text(encoding="utf-8")
    about = resource_path("org.yamnet_gui.YamnetGui.metainfo.xml").read_text(encoding="utf-8")
    assert f'"*{PROJECT_SUFFIX}"' in described
    assert all(kind in text for text in (entry, described, about))
    assert "Exec=yamnet-gui %F" in entry  # several files at once
    several = parse(["a.wav", "b.wav"])
    assert (several.file, several.files) == (Path("a.wav"), [Path("a.wav"), Path("b.wav")])
    assert f'<release version="{__version__}"' in about
