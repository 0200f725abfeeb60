"""What a cell's source would define and need is found without running it."""

import gc
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.notebook.cells import MAX_PARSED, defined_names, normalised_source, read_code

# A source → what it needs before it runs, and which of its names are defined to the end.
SOURCES = {
    "": (set(), set()),
    "# a comment": (set(), set()),
    "a = b": ({"b"}, set()),
    "import a.b as c, d\ne = c + d": (set(), set()),
    "x = x + 1": ({"x"}, set()),
    "for i in r:\n    j = i": ({"r"}, set()),
    "y = [f(i) for i in r if i]": ({"f", "r"}, set()),
    "@d\ndef f(a, b=c, *, e=g):\n    return late": ({"d", "c", "g"}, {"f"}),
    "f = lambda x, y=z: late": ({"z"}, {"f"}),
    "class C(B, metaclass=M):\n    k = 1\n    l = k + n\n    def m(self): return late": (
        {"B", "M", "n"},
        {"C"},
    ),
    "def f():\n    raise NotImplementedError()": (set(), set()),
    "def f():\n    raise NotImplementedError": (set(), set()),
    "def f():\n    raise ValueError": (set(), {"f"}),
    "def f(): pass\ndef f():\n    raise NotImplementedError()": (set(), set()),
    "%%time\n%matplotlib inline\n!ls\nx = y\n?x": ({"y"}, set()),
    "x = (a\n     % b)": ({"a", "b"}, set()),
}


@pytest.mark.parametrize("source, expected", SOURCES.items(), ids=SOURCES)
def test_what_a_source_needs_and_defines_to_the_end(source, expected):
    code = read_code(source)
    assert code.valid and (code.needs, code.finished) == expected


def test_parts_are_the_statements_as_written():
    source = "a = 1  # one\n\n@d\n@e(1)\ndef f():\n    # two\n    return 1\nb = 2; c = 3"
    assert [part.text for part in read_code(source).parts] == [
        "a = 1  # one",
        "@d\n@e(1)\ndef f():\n    # two\n    return 1",
        "b = 2",
        "c = 3",
    ]


def test_equal_syntax_has_equal_keys():
    one, two, three = (
        read_code(source).parts[0].key for source in ("x = f( 1 )", "x = f(1)  # same", "x = f(2)")
    )
    assert one == two != three


def test_what_is_no_python_or_too_long_has_no_parts():
    broken = read_code("def f(:\n    pass\nclass C: pass\nt = 1\nu == 2")
    assert (broken.valid, broken.parts, broken.names, broken.defined) == (
        False,
        (),
        {"f", "C", "t"},
        {"f", "C"},
    )
    assert not read_code("x = 1\n" * MAX_PARSED).valid


def test_sources_are_equal_but_for_what_editors_change():
    assert (
        normalised_source("\n\nx = 1  \ny = 2\t\n\n")
        == normalised_source("x = 1\ny = 2")
        != normalised_source("x = 1\n y = 2")
    )


@pytest.fixture
def restless():
    """Threads that take turns all the time, within C functions too, where garbage is collected."""
    before = gc.get_threshold(), sys.getswitchinterval()
    gc.callbacks.append(lambda *_: None)
    gc.set_threshold(10)
    sys.setswitchinterval(1e-6)
    yield
    gc.callbacks.pop()
    gc.set_threshold(*before[0])
    sys.setswitchinterval(before[1])


def test_many_threads_may_read_at_once(restless):
    sources = [
        f"def f{number}(x):\n    return [[x + 1] for _ in range({number})]\n" * 20
        for number in range(50)
    ]
    with ThreadPoolExecutor(4) as pool:
        assert all(code.valid for code in pool.map(read_code, sources))


NAMES = {
    "def f(): pass\nclass C: x = 1": {"f", "C"},
    "a, (b, *c) = d\ne: int = 1": {"a", "b", "c", "e"},
    "import x.y\nfrom z import u as v": {"x", "v"},
    "for i in r: j = i": {"i", "j"},
    "def f(:\n  pass\nclass C: pass\nt = 1\nu == 2": {"f", "C", "t"},
    "%matplotlib inline\nz = 1": {"z"},
}


@pytest.mark.parametrize("source, names", NAMES.items(), ids=NAMES)
def test_the_names_that_a_cell_would_define(source, names):
    assert defined_names(source) == names
