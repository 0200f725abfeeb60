"""Paths inside the sandbox."""

WORK = "/sandbox/work"  # a kernel's working folder
COPIES = "/sandbox/copies"  # copies of folders that a kernel may only read
DATA = "/sandbox/data"  # a folder that all kernels may read
# A kernel's sockets: its only folder on a disk, and read-only once they exist.
SOCKETS = "/sandbox/sockets"
# The slot folders of all kernels, with what is copied in and with sockets; no kernel sees it.
SPOOL = "/sandbox/spool"
CODE = "/sandbox/code"  # this package; no kernel sees it

PRIVATE_FOLDERS = (WORK, COPIES, "/tmp", "/dev/shm")  # of each kernel, in memory
CONNECTION_FILE = f"{SOCKETS}/k.json"
SOCKET_PREFIX = f"{SOCKETS}/s"  # Jupyter adds -1 to -5
MAX_SOCKET_FILES = 6  # in SOCKETS: five sockets and the connection file
