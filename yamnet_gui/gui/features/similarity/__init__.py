"""Find similar sounds in all recordings of the project."""
