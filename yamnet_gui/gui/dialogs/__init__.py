"""Dialogs: each asks for one thing and changes nothing by itself."""
