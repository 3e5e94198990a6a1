"""Owners of what the window shows. Each piece of state lives in one of them."""
