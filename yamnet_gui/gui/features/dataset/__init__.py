"""The recordings of a project, and the events of all of them."""
