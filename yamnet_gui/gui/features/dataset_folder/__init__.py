"""Results of very many recordings, looked through in the window."""
