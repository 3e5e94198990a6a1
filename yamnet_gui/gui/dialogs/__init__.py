"""Dialogs: each asks one question and changes nothing by itself."""
