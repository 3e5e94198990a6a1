"""The features of the window, a folder for each; `make_features` creates them in order."""

from yamnet_gui.gui.context import Context

from .activity.feature import ActivityFeature
from .application import ApplicationDialogs
from .context_menus import ContextMenus
from .custom_classes.feature import TrainingFeature
from .custom_classes.scores import CustomClassScores
from .dataset.all_events import AllEvents
from .dataset.feature import DatasetFeature
from .dataset_folder.feature import DatasetFolder
from .embedding_map.feature import EmbeddingMap
from .export.feature import ExportFeature
from .feature import Feature, run_dialog
from .files import Files
from .fine_tuning.feature import FinetuneFeature
from .gallery.feature import Gallery
from .grouping import GroupingFeature
from .key_legend import KeyLegendFeature
from .label_import.feature import ImportFeature
from .label_sets.feature import LabelSetsFeature
from .measures.feature import MeasuresFeature
from .models.feature import ModelsFeature
from .project.feature import ProjectMenu
from .project.large_project import LargeProject
from .project.merge_and_backup import MergeAndBackup
from .project.project_page import ProjectPageFeature
from .project.replaced_file import ReplacedFile
from .quality.calibration import CalibrationFeature
from .quality.evaluation import EvaluationFeature
from .quality.replay import ReplayFeature
from .quality.stability import StabilityFeature
from .recent_files import RecentFiles
from .recording_choices import RecordingChoices
from .review_queue.feature import ReviewQueueFeature
from .rules.feature import RulesFeature
from .score_channels import ScoreChannels
from .similarity.feature import SimilarSounds
from .status_messages import StatusMessages
from .tour import TourFeature
from .updates import UpdatesFeature
from .view import ViewActions
from .window_title import WindowTitle

__all__ = ["Feature", "Files", "TourFeature", "make_features", "run_dialog"]


def make_features(context: Context) -> tuple[Feature, ...]:
    """Every feature of one window."""
    status = StatusMessages(context)  # gives the focus to the tracks before others take it back
    all_events = AllEvents(context)
    label_import = ImportFeature(context)
    custom_scores = CustomClassScores(context)
    similar_sounds = SimilarSounds(context)
    page = ProjectPageFeature(context)
    menu, merging = ProjectMenu(context, page), MergeAndBackup(context)
    embedding_map = EmbeddingMap(context, similar_sounds)
    training = TrainingFeature(context, similar_sounds, custom_scores)
    models = ModelsFeature(context)
    dataset = DatasetFeature(context)
    dataset_folder = DatasetFolder(context)
    files = Files(context, (label_import, training), dataset.files, dataset_folder)
    rules = RulesFeature(context, all_events)
    return (
        status,
        RecordingChoices(context, label_import),
        ContextMenus(context),
        files,
        RecentFiles(context, page),
        page,
        menu,
        merging,
        ReplacedFile(context, menu, merging),
        LargeProject(context),
        dataset,
        dataset_folder,
        all_events,
        ActivityFeature(context, all_events),
        ReviewQueueFeature(context),
        LabelSetsFeature(context),
        KeyLegendFeature(context),
        rules,
        GroupingFeature(context),
        ExportFeature(context, all_events, rules),
        label_import,
        CalibrationFeature(context),
        EvaluationFeature(context),
        ReplayFeature(context),
        StabilityFeature(context),
        MeasuresFeature(context),
        ViewActions(context),
        ScoreChannels(context),
        WindowTitle(context),
        ApplicationDialogs(context),
        UpdatesFeature(context),
        TourFeature(context, files),
        custom_scores,
        similar_sounds,
        training,
        models,
        FinetuneFeature(context, models),
        embedding_map,
        Gallery(context, all_events, similar_sounds, embedding_map),
    )
