"""Tests of autograder/notebook."""
