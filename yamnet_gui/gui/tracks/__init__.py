"""The tracks on the time axis. The only package that imports pyqtgraph."""
