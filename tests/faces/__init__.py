"""Tests of the faces: command line, pytest, nbgrader."""
