"""How good detections are: references, evaluation, replay, rule preview, stability."""
