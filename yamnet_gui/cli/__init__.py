"""Every command that needs no window. Imports neither Qt nor TensorFlow."""

from .main import COMMANDS, run_command

__all__ = ["COMMANDS", "run_command"]
