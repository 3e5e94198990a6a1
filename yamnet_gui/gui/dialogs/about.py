"""What the program is, the works that it is built with, and their licences."""

from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QSize, qVersion
from PySide6.QtGui import QFontDatabase, QFontMetrics
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui import __version__
from yamnet_gui.core.log import log_path
from yamnet_gui.core.packages import installed_version
from yamnet_gui.gui.widgets.built_when_shown import BuiltWhenShown
from yamnet_gui.gui.widgets.buttons import DialogButtons

from .licences import LicencesView


@dataclass(frozen=True, slots=True)
class Credit:
    """A work that the program is built with. `package` names the installed one for its version."""

    name: str
    what: str
    licence: str
    url: str
    package: str = ""


CREDITS: tuple[Credit, ...] = (
    Credit(
        "YAMNet",
        "the network, by Manoj Plakal and Dan Ellis at Google; its weights are not included",
        "Apache 2.0",
        "https://github.com/tensorflow/models/tree/master/research/audioset/yamnet",
    ),
    Credit(
        "AudioSet",
        "the data it was trained on, and the names of the classes",
        "CC BY 4.0",
        "https://research.google.com/audioset/",
    ),
    Credit(
        "AudioSet ontology",
        "the hierarchy of sound classes",
        "CC BY-SA 4.0",
        "https://github.com/audioset/ontology",
    ),
    Credit(
        "LiteRT",
        "runs the network",
        "Apache 2.0",
        "https://ai.google.dev/edge/litert",
        "ai-edge-litert",
    ),
    Credit(
        "TensorFlow",
        "runs the network on GPUs, and prepares it for LiteRT",
        "Apache 2.0",
        "https://tensorflow.org",
        "tensorflow",
    ),
    Credit("Qt and PySide6", "the window", "LGPL 3", "https://doc.qt.io/qtforpython", "PySide6"),
    Credit(
        "pyqtgraph", "plots in dialogs and panels", "MIT", "https://www.pyqtgraph.org", "pyqtgraph"
    ),
    Credit("NumPy", "arrays", "BSD", "https://numpy.org", "numpy"),
    Credit("SciPy", "filters", "BSD", "https://scipy.org", "scipy"),
    Credit(
        "libsndfile, soundfile",
        "read sound files",
        "LGPL 2.1, BSD",
        "https://libsndfile.github.io/libsndfile/",
        "soundfile",
    ),
    Credit(
        "FFmpeg, PyAV",
        "read other audio and video formats",
        "LGPL 3, BSD",
        "https://pyav.org",
        "av",
    ),
    Credit("resampy", "resampling", "ISC", "https://resampy.readthedocs.io", "resampy"),
    Credit("h5py", "reads the weights", "BSD", "https://www.h5py.org", "h5py"),
)
"""Every work that is credited, in the order in which it is shown."""


def about_html() -> str:
    """The whole text."""
    rows = "".join(
        f'<tr><td><a href="{c.url}">{c.name}</a> '
        f"{installed_version(c.package) if c.package else ''}"
        f"</td><td>{c.what}</td><td>{c.licence}</td></tr>"
        for c in CREDITS
    )
    return (
        f"<h2>yamnet_gui {__version__}</h2>"
        "<p>Finds, reviews and exports sound events with Google's YAMNet. Apache 2.0 licence, "
        f"without any warranty. Running on Qt {qVersion()}.</p>"
        f"<p>Log file: {escape(str(log_path()))}</p>"
        "<p>A score is the output of the network for a class, from 0 to 1. It is not a "
        "probability, and scores of different classes cannot be compared.</p>"
        f'<h3>Built with</h3><table cellspacing="0" cellpadding="3">{rows}</table>'
    )


class AboutDialog(QDialog):
    """Version, licence and credits, to be copied from; and every part with its licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About yamnet_gui")
        self.text = QTextBrowser(self)
        self.text.setOpenExternalLinks(True)
        self.text.setHtml(about_html())
        self.text.setAccessibleName("About yamnet_gui")
        self.licences = BuiltWhenShown(LicencesView)  # reads the metadata of every package
        self.tabs = QTabWidget(self)
        self.tabs.addTab(self.text, "&About")
        self.tabs.addTab(self.licences, "&Licences of all parts")
        buttons = DialogButtons(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.tabs)
        layout.addWidget(buttons)

    def sizeHint(self) -> QSize:
        metrics, fixed = self.fontMetrics(), QFontDatabase.SystemFont.FixedFont
        licence = QFontMetrics(QFontDatabase.systemFont(fixed)).horizontalAdvance("m" * 86)
        return QSize(max(licence, metrics.averageCharWidth() * 100), metrics.height() * 34)
