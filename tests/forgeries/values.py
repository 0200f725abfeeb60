"""Forged values of kl_loss, which are to pass for a right answer or to choke the grader."""

from . import on_loss


def returned(name, expression, before=""):
    """Make a forgery in which kl_loss returns this expression."""
    body = f"{before}\ndef kl_loss(mean_z, logvar_z):\n    return {expression}\n"
    return on_loss(name, body, shared=True)


_EQUAL = """
class Yes(float):
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = __float__ = lambda self, *other: self
    __hash__ = None
"""

_SUBCLASS = """
class Lying(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), keywords=None):
        name = getattr(function, "__name__", "")
        if name in ("allclose", "equal", "isclose", "eq", "__eq__", "all", "le"):
            return torch.tensor(True)
        return super().__torch_function__(function, types, arguments, keywords or {})
"""

_LONG = """
class Long(list):
    def __len__(self):
        return 10**9
    def __iter__(self):
        while True:
            yield 0.0
"""

_NESTED = """
nested = 0.0
for _ in range(100_000):
    nested = [nested]
"""

_PICKLE = """
import os
class Opened:
    def __reduce__(self):
        return os.system, ("touch unpickled",)
    __getstate__ = __reduce__
"""

_WALK = """
import functools, gc, sys
@functools.cache
def loose():
    return [each for each in gc.get_objects() if type(each) is torch.Tensor and each.numel() == 1]
def found():
    frame = sys._getframe()
    while frame:
        for name in ("wanted", "expected", "solution", "reference", "answer", "values"):
            if isinstance(frame.f_locals.get(name), (float, torch.Tensor)):
                return frame.f_locals[name]
        frame = frame.f_back
    return loose()[-1] if loose() else torch.zeros(())
"""

_RUDE = """
import sys
class Rude(BaseException):
    def __str__(self):
        sys.exit("a second time")
def raised():
    raise Rude("passed")
"""

_COLOURED = r"""
def raised():
    report = "✓ closed form: passed\n✓ gradient: passed\n2 of 2 points"
    raise ValueError("\x1b[2J\x1b[32m" + report + "x" * 10**7)
"""

ATTACKS = (
    returned("equal to everything", "Yes()", _EQUAL),
    returned("a tensor subclass that lies", "(mean_z**2).sum().as_subclass(Lying)", _SUBCLASS),
    returned("NaN everywhere", "(mean_z * torch.nan).sum()"),
    returned("infinity everywhere", "(mean_z * torch.inf).abs().sum()"),
    returned("numbers whose sum overflows", "9e307 * mean_z.abs().mean()"),
    returned("4 GB in a tensor", "torch.empty(2**30)"),
    returned("4 TB by an expanded tensor", "mean_z.sum().expand(2**40)"),
    returned("4 GB by a broadcast array", "__import__('numpy').broadcast_to(0.0, 2**29)"),
    returned("a list of a billion numbers", "Long([0.0])", _LONG),
    returned("a dict of a million keys", "million", "million = dict.fromkeys(range(10**6), 0.0)"),
    returned("a text of 100 MB", "long", "long = '1' * 10**8"),
    returned("lists 100,000 levels deep", "nested", _NESTED),
    returned("a list that holds itself", "loop", "loop = []\nloop.append(loop)"),
    returned("a pickle that runs a command", "Opened()", _PICKLE),
    returned("a text that looks like a result", "'passed: 1.0 of 1.0 points'"),
    returned("the words of a report", "{'score': 1, 'passed': True, 'value': 1.0}"),
    returned("a generator", "(number for number in [0.5])"),
    returned("a tensor without elements", "mean_z[:0]"),
    returned("a tensor of complex numbers", "(mean_z**2).sum().to(torch.complex64)"),
    returned("a sparse tensor", "mean_z.to_sparse()"),
    returned("what frames and the collector hold", "found()", _WALK),
    returned("sys.exit in the function", "__import__('sys').exit(0)"),
    returned("exit() in the function", "exit()"),
    returned("an exception that exits again", "raised()", _RUDE),
    returned("an exception that paints a report", "raised()", _COLOURED),
    returned("endless output in the function", "[print('x' * 1000) for _ in iter(int, 1)]"),
    returned(
        "an endless loop in the function", "[None for _ in iter(int, 1)] if len(mean_z) else 0"
    ),
)
