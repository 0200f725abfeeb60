"""Attacks that read files of the instructor or of other students, or other processes."""

from . import CVAE, Attack

_CHECKS = """
sys.path.insert(0, paths["course"])
attempt(__import__, "autograder.checks.losses")
attempt(os.listdir, paths["checks"])
"""

_SOLUTIONS = """
attempt(read, paths["solutions"] + "/03_loss.ipynb")
search(paths["course"], paths["solutions"])
"""

_GRADEBOOK = """
address = f"file:{paths['gradebook']}?mode=ro"
attempt(lambda: sqlite3.connect(address, uri=True).execute("select * from student").fetchall())
attempt(read, paths["gradebook"])
"""

_ENVIRONMENT = """
show(dict(os.environ))
attempt(lambda: os.environ["GRADERS_" + "SECRET"])
search("/proc")
"""

_HOME = """
for folder in (paths["home"], os.path.expanduser("~"), "/root", "/home"):
    attempt(os.listdir, folder)
search(paths["home"], os.path.expanduser("~"), "/root", "/home")
"""

_WHOLE_DISK = """
tops = sorted(set(os.listdir("/")) - {"proc", "sys", "usr", "lib", "lib64", "bin", "sbin"})
search(*("/" + top for top in tops), "/proc/1/root", "/proc/1/cwd", "/usr/src", "/usr/local/share")
"""

# Linux writes a page of memory into a pipe, or refuses where there is none.
_MEMORY = """
import gc
PIECE, PAGE = 2**20, 2**12
known = [id(each) for each in gc.get_objects()]
known += [ctypes.c_void_p.in_dll(libc, "environ").value, ctypes.addressof(libc.malloc)]
end, start = os.pipe()
pieces, before = 0, b""
for piece in sorted({address // PIECE for address in known}):
    for address in range(piece * PIECE, (piece + 1) * PIECE, PAGE):
        text = b""
        if libc.write(start, ctypes.c_void_p(address), PAGE) == PAGE:
            text = os.read(end, PAGE)
        if SECRET.search(before[-99:] + text):
            show(*SECRET.findall(before[-99:] + text)[:5])
        before = text
        pieces += bool(text)
show("looked into some", "pieces of memory:", pieces > 1000)
"""

_OTHERS = """
attempt(os.listdir, paths["submission"])
search(paths["submission"], "/sandbox", "/tmp")
"""

ATTACKS = (
    Attack("reading the solutions", _SOLUTIONS, "No such file or directory"),
    Attack("reading the checks", _CHECKS, "No module named 'autograder'"),
    Attack("reading the gradebook", _GRADEBOOK, "unable to open database file"),
    Attack("reading another submission", _OTHERS, "No such file or directory"),
    Attack("reading environment variables", _ENVIRONMENT, "KeyError: 'GRADERS_SECRET'"),
    Attack("reading the home folder", _HOME, "No such file or directory"),
    Attack("reading every file that there is", _WHOLE_DISK, "looked into "),
    Attack("reading what the warm process left in memory", _MEMORY, "pieces of memory: True"),
    Attack(
        "reading the answers that a later notebook needs",
        "search(os.environ['LAB_ANSWERS'])",
        "looked into 2 files",
        CVAE,
    ),
)
