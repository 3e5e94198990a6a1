"""Labels on their way in and out: export, import, clips, reports."""
