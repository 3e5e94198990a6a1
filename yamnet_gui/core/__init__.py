"""Plain values and the rules about them. Knows nothing of files, models or windows."""
