"""The results of grading a class, kept in a folder."""
