"""The review queue: its bar, and progress by class."""
