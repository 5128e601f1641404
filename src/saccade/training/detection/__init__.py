"""Training of detectors by the same loop as everything else: boxed pictures in, a detector's folder out.

Start at `stage.TrainDetector`, which is what `saccade train-detector` runs.
"""
