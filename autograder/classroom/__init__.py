"""Grading a whole class: many submissions → one result each → nbgrader's gradebook.

Nothing here loads torch or nbgrader before there is something to grade, so a call with nothing to
do is quick.
"""
