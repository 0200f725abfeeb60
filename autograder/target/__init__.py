"""Trainings of the key: the losses that the assignment promises, and the bands they must lie in."""
