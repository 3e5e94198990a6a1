"""The project: its menu, merging copies, backups."""
