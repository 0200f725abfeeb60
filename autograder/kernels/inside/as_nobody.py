"""Run a command as a user without rights, for a grader that is root.

The argument is a JSON object with the parameters of `main`.
"""

import json
import os
import sys

import namespaces


def main(user: int, command: list[str], sources: dict[str, str]) -> None:
    """Replace this process by the command.

    Args:
        user: number of the user and of its group.
        command: a program's path and its arguments.
        sources: path → an empty file or folder at which the command finds it, since a user
            without rights may be unable to reach the path itself.
    """
    namespaces.enter_private_mounts()
    for path, mount_point in sources.items():
        namespaces.bind(path, mount_point)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
