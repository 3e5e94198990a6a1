"""The models of the user: which one the project is made with, and models for other programs."""
