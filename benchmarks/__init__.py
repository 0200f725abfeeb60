"""Measurements, printed as tables: `python -m benchmarks.NAME`. Nothing here decides whether
anything passes.
"""
