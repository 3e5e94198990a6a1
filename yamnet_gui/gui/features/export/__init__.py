"""Export of labels, clips and reports."""
