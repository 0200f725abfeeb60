"""Where the submissions of a class are graded: processes of this machine, or a Dask cluster."""
