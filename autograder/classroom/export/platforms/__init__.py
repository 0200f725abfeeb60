"""One module for each reader of the grades: what its file holds.

Each has `make_file(sheet)`, which returns the bytes of the file.
"""
