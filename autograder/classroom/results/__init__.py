"""What the grading of a class has found, kept in a folder."""
