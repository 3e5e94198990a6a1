"""How good the detections are: calibration, evaluation, replay, stability."""
