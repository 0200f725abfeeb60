"""Where things lie in the sandbox."""

WORK = "/sandbox/work"  # a kernel's folder
SHOWN = "/sandbox/shown"  # copies that it may only read
DATA = "/sandbox/data"  # what all kernels may read
# a kernel's, the one folder that lies on a disk; read-only once they exist
SOCKETS = "/sandbox/sockets"
# a folder for each kernel, with what is copied in and with its sockets; no kernel sees it
SPOOL = "/sandbox/spool"
CODE = "/sandbox/code"  # this package; no kernel sees it

OWN = (WORK, SHOWN, "/tmp", "/dev/shm")  # each kernel has these for itself, in memory
CONNECTION_FILE = f"{SOCKETS}/k.json"
SOCKET = f"{SOCKETS}/s"  # with -1 to -5 behind it
IN_SOCKETS = 6  # files: the above
