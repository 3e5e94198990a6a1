"""Damaged fine-tuned models: their description and their card, with all else as it was."""

import shutil
import sys
from pathlib import Path
from random import Random

import h5py
import numpy as np

from tests.tiny_models import write_tiny_model
from tests.tiny_network import write_tiny_weights
from yamnet_gui.yamnet.model_library import description_of
from yamnet_gui.yamnet.weights import inspect_weights
from yamnet_gui.yamnet.weights_hdf5 import CARD, INFO

from .mutators import in_bytes, in_json, in_text

TEXT = "# garden\n\n| class | F1 |\n|---|---|\n| owl | 0.50 |\n\n- ![x](file:///etc/x) <b>a</b>\n"


def model(folder: Path, work: Path):  # type: ignore[no-untyped-def]
    """Models with damaged texts, read and shown."""
    from PySide6.QtWidgets import QApplication

    from yamnet_gui.gui.widgets.card_view import CardView

    QApplication.instance() or QApplication(sys.argv[:1])
    source = folder / "model.h5"
    write_tiny_model(source, write_tiny_weights(folder / "w.h5"), card=TEXT)
    view = CardView()

    def read(random: Random) -> None:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        path = work / source.name
        shutil.copyfile(source, path)
        place = random.choice((INFO, INFO, CARD))
        mutators = (in_json, in_json, in_text) if place == INFO else (in_text, in_bytes)
        with h5py.File(path, "r+") as file:
            text = random.choice(mutators)(random, file[place][()].tobytes())
            del file[place]
            file.create_dataset(place, data=np.frombuffer(text, np.uint8))
        found = description_of(path)
        if found is not None:
            view.show_card(found.card)
            view.toPlainText()
        if random.random() < 0.1:
            inspect_weights(path)

    return read
