"""yamnet_gui: find, review and label sound events in recordings with YAMNet."""

__version__ = "0.1.0"
