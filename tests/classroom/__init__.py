"""Tests of autograder/classroom."""
