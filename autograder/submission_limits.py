"""How large a submission may be, wherever it is read: as a folder, a zip or a platform's download."""

MAX_NOTEBOOK_BYTES = 200 * 2**20
MAX_WEIGHTS_BYTES = 50 * 2**20
MAX_ARCHIVE_BYTES = 200 * 2**20
MAX_FOLDERS = 200
MAX_DEPTH = 3  # folders within folders
