"""Measurements, printed as tables: `python -m benchmarks.NAME`. They pass or fail nothing."""
