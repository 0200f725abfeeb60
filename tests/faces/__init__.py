"""Tests of autograder/faces."""
