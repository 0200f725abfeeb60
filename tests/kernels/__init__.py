"""Tests of autograder/kernels."""
