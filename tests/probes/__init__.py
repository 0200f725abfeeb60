"""Tests of autograder/probes."""
