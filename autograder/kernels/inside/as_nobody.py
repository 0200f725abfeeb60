"""Run a command as a user without rights, for a grader that is root.

Its argument is a JSON object: user (a number), command (a list), sources (path → an empty folder at
which the user finds it, for this command only; a user without rights may not be able to reach the
path itself).
"""

import json
import os
import sys

import namespaces


def main(user: int, command: list[str], sources: dict[str, str]) -> None:
    """Go on as the command."""
    namespaces.own_mounts()
    for path, folder in sources.items():
        namespaces.bind(path, folder)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
