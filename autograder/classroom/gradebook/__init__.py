"""nbgrader's gradebook, its folder of graded notebooks and its feedback pages, written from the
results.
"""
