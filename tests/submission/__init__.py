"""Tests of autograder/submission."""
