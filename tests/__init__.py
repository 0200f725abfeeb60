"""Tests of the whole collection, laid out as autograder/ is; each folder holds the helpers that it
alone uses.
"""
