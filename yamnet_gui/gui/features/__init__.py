"""What the window offers, one file per feature; a new one is added to the list below."""

from .all_events import AllEvents
from .at_cursor import AtCursor
from .calibrating import Calibrating
from .dataset import Dataset
from .edges import RefiningEdges
from .embeddings import KeepingEmbeddings
from .evaluating import Evaluating
from .exporting import Exporting
from .feature import Feature, run_dialog
from .files import Files
from .first_scores import FirstScores
from .folding import FoldingKinds
from .importing import Importing
from .keeping import SafeKeeping
from .labelling import Labelling
from .looking import Looking
from .mapping import Mapping
from .menus import Menus
from .project_menu import ProjectMenu
from .queueing import Queueing
from .replaying import Replaying
from .rules import RuleSetting
from .similar import FindingSimilar
from .spectrogram_memory import SpectrogramMemory
from .stability import CheckingStability
from .taught_scores import TaughtScores
from .teaching import Teaching
from .telling import Telling
from .tools import Tools

__all__ = ["FEATURES", "Feature", "run_dialog"]

FEATURES: tuple[type[Feature], ...] = (
    Telling,
    FirstScores,
    RefiningEdges,
    Menus,
    Files,
    ProjectMenu,
    SafeKeeping,
    Dataset,
    AllEvents,
    Queueing,
    Labelling,
    RuleSetting,
    FoldingKinds,
    Exporting,
    Importing,
    Calibrating,
    Evaluating,
    Replaying,
    CheckingStability,
    Looking,
    AtCursor,
    SpectrogramMemory,
    Tools,
    KeepingEmbeddings,
    TaughtScores,
    FindingSimilar,
    Teaching,
    Mapping,
)
"""In the order in which they are made; each class takes the workbench."""
