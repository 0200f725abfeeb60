"""What a class learnt: one page and one table on all submissions, from what grading left behind.

Nothing is graded here, and nothing that a student wrote is run.
"""
