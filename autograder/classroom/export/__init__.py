"""Grades out: files of points that Brightspace, Canvas, Moodle and spreadsheets read."""
