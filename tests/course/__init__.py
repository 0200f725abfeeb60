"""Tests of the course itself: the notebooks, their helpers, the release and the samples."""
