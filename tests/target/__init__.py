"""Tests of autograder/target."""
