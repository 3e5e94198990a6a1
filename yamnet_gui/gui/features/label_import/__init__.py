"""Import: tables of labels into the project."""
