"""An IPython kernel without a sandbox, with the limits that this system has.

Usage: `unsandboxed.py LIMITS -f CONNECTION_FILE`, with LIMITS as JSON.
"""

import json
import sys

import limits

if __name__ == "__main__":
    limits.apply_to_this_process(limits.Limits(**json.loads(sys.argv.pop(1))))
    del sys.path[0], sys.modules["limits"]  # no notebook shall import what lies beside this file
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()
