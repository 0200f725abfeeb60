"""Size limits of a submission: one table for folders, zips and downloads from a platform."""

MAX_NOTEBOOK_BYTES = 200 * 2**20
MAX_WEIGHTS_BYTES = 50 * 2**20
MAX_HELPER_BYTES = 2**20  # a module of the student's own
MAX_HELPERS = 20
MAX_ARCHIVE_BYTES = 200 * 2**20
MAX_FOLDERS = 200
MAX_DEPTH = 3  # folders within folders
