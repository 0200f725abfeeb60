"""Run a command in control groups and, for a grader that is root, as a user without rights.

The argument is a JSON object with the parameters of `main`.
"""

import contextlib
import json
import os
import sys

import namespaces


def main(user: int | None, command: list[str], sources: dict[str, str], groups: list[str]) -> None:
    """Replace this process by the command.

    Args:
        user: number of the user and of its group; None for the present one.
        command: a program's path and its arguments.
        sources: path → an empty file or folder at which the command finds it, since a user
            without rights may be unable to reach the path itself.
        groups: paths of the files by which a process joins them; what is gone is left out.
    """
    for path in groups:
        with contextlib.suppress(OSError), open(path, "w", encoding="ascii") as file:
            file.write("0")
    if user is not None:
        become(user, sources)
    os.execv(command[0], command)


def become(user: int, sources: dict[str, str]) -> None:
    """Give up all rights but the user's, with these sources within reach."""
    namespaces.enter_private_mounts()
    for path, mount_point in sources.items():
        namespaces.bind(path, mount_point)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
