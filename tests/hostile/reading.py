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

_MEMORY = """
pieces = 0
for line in open("/proc/self/maps"):
    addresses, rights, *_ = line.split()
    start, end = (int(number, 16) for number in addresses.split("-"))
    if rights.startswith("rw") and end - start < 2**30:
        with open("/proc/self/mem", "rb", 0) as memory:
            memory.seek(start)
            try:
                text = memory.read(end - start)
            except OSError:
                continue
        pieces += 1
        if SECRET.search(text):
            show(*SECRET.findall(text)[:5])
show("looked into some", "pieces of memory:", pieces > 100)
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
