"""`autograder review`: local pages on which TAs mark the answers in words.

Marks and comments go into nbgrader's gradebook, so that its Formgrader goes on working.
"""
