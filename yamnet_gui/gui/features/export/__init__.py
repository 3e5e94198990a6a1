"""Export: labels, clips and reports out of the window."""
