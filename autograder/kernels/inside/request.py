"""The grader's request for one kernel."""

import json
from dataclasses import dataclass
from typing import Any

from .limits import Limits


@dataclass(frozen=True)
class KernelRequest:
    """The slot, environment and limits of one kernel.

    Attributes:
        slot: name of a folder of the spool that holds `work`, `copies` and `sockets`.
        connection: content of Jupyter's connection file.
        env: the whole environment.
        limits: what the kernel may use.
        isolated: whether to make namespaces for this kernel alone.
    """

    slot: str
    connection: dict[str, Any]
    env: dict[str, str]
    limits: Limits
    isolated: bool

    @classmethod
    def from_json(cls, text: bytes, isolated: bool) -> "KernelRequest":
        """Read the request in a message of the grader."""
        content = json.loads(text)
        return cls(**content | {"limits": Limits(**content["limits"]), "isolated": isolated})
