"""A search for the key from inside a kernel, as Python that a student's cell runs.

It gets what it looks for (needles) masked, so that it does not find itself: bytes XOR `MASK`, and
hashes of code objects. What it reads is masked where it is emptied afterwards: the mask of a needle
that lies about, masked, is the needle itself.
"""

import ast
import hashlib
import json
import re
from types import CodeType

import nbformat

from autograder.assignment import ANSWERS
from autograder.grading.stand_ins import with_stand_ins
from autograder.paths import RELEASE, ROOT, SOLUTIONS
from tests.mistakes.key import definitions

MASK = 0x5A
SHORTEST = 20  # characters of a line that is looked for
# Lines of the key that stand in docstrings of torch. That activation is found by its byte code.
EVERYBODYS = ("return torch.sigmoid(x)", "optimizer.zero_grad()")
# A line of lab.py, and a function of it, which every kernel holds: the search must find them.
CONTROL_LINE = "Return the function or class `name` that you wrote in an earlier notebook."


def code_hashes(code: CodeType) -> dict[str, str]:
    """Return {hash: name} of a code object and of all in it."""
    constants = [each for each in code.co_consts if not isinstance(each, CodeType)]
    # Neither docstrings nor the names of variables make an answer another one.
    plain = [each for each in constants if not isinstance(each, str)]
    seen = repr((code.co_code, code.co_names, plain)).encode()
    found = {hashlib.sha256(seen).hexdigest(): code.co_qualname}
    for each in code.co_consts:
        if isinstance(each, CodeType):
            found |= code_hashes(each)
    return found


def _notebooks():
    return sorted({notebook for notebook in ANSWERS.values() if notebook >= "02"})


def key_code() -> dict[str, str]:
    """Return {hash: name} of the key's functions that the release does not give to everybody."""
    found, given = {}, {}
    for notebook in _notebooks():
        released = nbformat.read(RELEASE / notebook, as_version=4)
        for source in definitions(notebook).values():
            found |= code_hashes(compile(source, "<key>", "exec"))
        for cell in with_stand_ins(released).cells:
            given |= code_hashes(compile(cell.source, "<release>", "exec"))
    answered = {digest: name for digest, name in found.items() if digest not in given}
    return {digest: name for digest, name in answered.items() if name != "<module>"}


def key_lines() -> list[str]:
    """Return the lines of the key's answers that stand in nothing that students get."""
    given = "".join(
        re.sub(r"\s", "", path.read_text(encoding="utf-8"))
        for folder in (RELEASE, SOLUTIONS, ROOT / "autograder" / "probes")
        for path in folder.glob("*.py")
    )
    for path in RELEASE.glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        given += re.sub(r"\s", "", "".join(cell.source for cell in cells))
    lines = []
    for notebook in _notebooks():
        for source in definitions(notebook).values():
            for answer in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, re.S):
                lines += [line.partition("#")[0].strip() for line in answer.splitlines()]
    return sorted(
        {
            line
            for line in lines
            if len(line) >= SHORTEST and '"' not in line and re.sub(r"\s", "", line) not in given
        }.difference(EVERYBODYS)
    )


def code_bytes() -> list[bytes]:
    """Return the byte code of the key's longer functions, as .pyc files hold it."""
    wanted, found = set(key_code()), []

    def collect(code):
        if set(code_hashes(code)) & wanted and len(code.co_code) > 100:
            found.append(code.co_code)
        for each in code.co_consts:
            if isinstance(each, CodeType):
                collect(each)

    for notebook in _notebooks():
        for source in definitions(notebook).values():
            for each in compile(source, "<key>", "exec").co_consts:
                if isinstance(each, CodeType):
                    collect(each)
    return found


def masked(needle: bytes) -> str:
    """Return the needle as the search takes it."""
    return bytes(byte ^ MASK for byte in needle).hex()


_SEARCH = '''
import ctypes, gc, hashlib, json, os, sys
import numpy as np

# Masked: 1-byte and 2-byte text, and byte code; CONTROL is a text that must be found.
NEEDLES = {needles}
CONTROL = {control}
CODES = {codes}
PRIVATE = ("/sandbox", "/tmp", "/dev/shm", os.getcwd(), os.environ.get("LAB_ANSWERS", "."))
LARGEST = 2**22  # bytes of a file; libraries are larger
HIDDEN = bytearray(2 * LARGEST)  # what was read, masked


def find_in(data, what, found):
    """Note which needles some bytes hold."""
    masked = np.frombuffer(HIDDEN, np.uint8, count=len(data))
    np.bitwise_xor(np.frombuffer(data, np.uint8), {mask}, out=masked)
    for needle in NEEDLES:
        if HIDDEN.find(bytes.fromhex(needle), 0, len(data)) >= 0:
            found.add((what, needle[:16]))
    control = any(HIDDEN.find(bytes.fromhex(each), 0, len(data)) >= 0 for each in CONTROL)
    masked[:] = 0
    return control


def search_files(tops, found, skipped=("/proc", "/sys", sys.prefix)):
    """Look into all files; return how many there are, and whether one holds the control text."""
    count, control, seen = 0, False, set()
    for folder, below, names in (each for top in tops for each in os.walk(top)):
        below[:] = [name for name in below if os.path.join(folder, name) not in skipped]
        for path in (os.path.join(folder, name) for name in names):
            try:
                status = os.stat(path)
                if (status.st_dev, status.st_ino) in seen or status.st_size > LARGEST:
                    continue
                seen.add((status.st_dev, status.st_ino))
                if not os.path.isfile(path):
                    continue
                with open(path, "rb") as file:
                    data = file.read()
            except OSError:
                continue
            count += 1
            control |= find_in(data, path, found)
    return count, control


def search_memory(found):
    """Look into all pages around an object of Python, which hold what was freed there, too.

    A page that is not there is one that `write` refuses to read from.
    """
    libc = ctypes.CDLL(None)
    reading, writing = os.pipe()
    known = gc.get_objects()
    known += [each for one in known for each in gc.get_referents(one)]
    count, control = 0, False
    for block in {{id(each) >> 20 for each in known}}:
        pages = []
        for page in range(block << 20, (block + 1) << 20, 4096):
            if libc.write(writing, ctypes.c_void_p(page), ctypes.c_size_t(1)) == 1:
                os.read(reading, 1)
                pages.append(ctypes.string_at(page, 4096))
        count += 1
        control |= find_in(b"".join(pages), "memory", found)
    return count, control


def hashes_in(code):
    """Yield the hashes of a code object and of all in it."""
    constants = [each for each in code.co_consts if not isinstance(each, type(code))]
    plain = [each for each in constants if not isinstance(each, str)]
    seen = repr((code.co_code, code.co_names, plain)).encode()
    yield hashlib.sha256(seen).hexdigest()
    for each in code.co_consts:
        if isinstance(each, type(code)):
            yield from hashes_in(each)


def search_objects(found):
    """Look at the code of every function that the garbage collector and the modules know."""
    gc.unfreeze()
    names = [name for name in sys.modules if name.partition(".")[0] in ("autograder", "_warm")]
    found.update(("module", name) for name in names)
    control, count = False, 0
    for each in gc.get_objects():
        try:
            code = getattr(each, "__code__", None)
        except Exception:
            continue
        if isinstance(code, type(find_in.__code__)):
            count += 1
            control |= code.co_name == "load_answer"
            found.update(("code", digest[:16]) for digest in hashes_in(code) if digest in CODES)
    return count, control


def search(tops=PRIVATE):
    """Return what was found, and how much was looked at, in a short text."""
    found = set()
    shown = {{"files": search_files(tops, found), "objects": search_objects(found)}}
    shown["memory"] = search_memory(found)
    find_in(json.dumps(dict(os.environ)).encode(), "environment", found)
    return json.dumps({{"found": sorted(found, key=lambda each: len(each[0]))[:3], **shown}})


said = []


def say():
    """Raise what is found here, which is looked for once."""
    if not said:
        said.append(search())
    raise ValueError("SEARCHED " + said[0] + " END")
'''


def search_source() -> str:
    """Return the source of the search."""
    texts = [line.encode(encoding) for line in key_lines() for encoding in ("utf-8", "utf-16-le")]
    control = [CONTROL_LINE.encode(encoding) for encoding in ("utf-8", "utf-16-le")]
    return _SEARCH.format(
        needles=[masked(needle) for needle in (*texts, *code_bytes())],
        control=[masked(needle) for needle in control],
        codes=sorted(key_code()),
        mask=MASK,
    )


def read_report(message: str) -> dict:
    """Return what a search said, from a message of the grader that repeats it."""
    return json.loads(re.search(r"SEARCHED (.*?) END", message, re.S)[1])


# The label layers, in other words than the key's, so that its weights fit.
_LAYERS = """
super().__init__(latent_size)
for name, size in (("label_to_encoder", 6272), ("label_to_decoder", 3136)):
    setattr(self, name, nn.Linear(10, size))
"""
METHODS = ("encode", "sample_latent", "decode_features", "decode", "forward")


def that_says(source: str) -> str:
    """Return a definition of the key whose functions tell instead what the search found."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (node.name in METHODS or node in tree.body):
            node.body = ast.parse("say()").body
        elif "label" in ast.dump(node) and getattr(node, "name", "") == "__init__":
            node.body = ast.parse(_LAYERS).body
    return ast.unparse(tree)
