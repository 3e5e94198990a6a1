"""Rules that turn scores into events: panel, saved rule sets, apply to all."""
