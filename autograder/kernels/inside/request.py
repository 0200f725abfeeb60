"""What a kernel is asked for."""

import json
from dataclasses import dataclass
from typing import Any

from .limits import Limits


@dataclass(frozen=True)
class Order:
    """place: a folder of the spool, with `work`, `shown` and `sockets` in it. connection: Jupyter's
    connection file.

    env: the whole environment. isolated: whether to make namespaces for this kernel alone.
    """

    place: str
    connection: dict[str, Any]
    env: dict[str, str]
    limits: Limits
    isolated: bool

    @classmethod
    def read(cls, text: bytes, isolated: bool) -> "Order":
        """The order in a message of the grader."""
        content = json.loads(text)
        return cls(**content | {"limits": Limits(**content["limits"]), "isolated": isolated})
