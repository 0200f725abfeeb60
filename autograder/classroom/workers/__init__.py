"""Executors that grade the submissions of a class: local processes, or a Dask cluster."""
