"""`python python-shim`: the child of the bridge. Everything before the checks also runs on a Python that is too old."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:
    sys.path.insert(0, HERE)

from media_bridge_shim.process.orphan_reaper import start_reaper  # noqa: E402
from media_bridge_shim.wire.channel import claim  # noqa: E402


def start():
    channel = claim()
    start_reaper(channel)
    # Before anything that is installed: our `synapse` packages win over a Synapse in the same environment.
    sys.path[:] = [os.path.join(HERE, "compat"), HERE] + [entry for entry in sys.path if entry != HERE]

    from media_bridge_shim.process.environment import find_problem

    problem = find_problem(os.path.join(HERE, "requirements.txt"))
    if problem:
        sys.stderr.write(problem + "\n")
        sys.stderr.flush()
        # EX_CONFIG: the host tells an environment that cannot work from a crash by it.
        sys.exit(78)

    from media_bridge_shim.main import main

    main(channel)


# Not under another name: `multiprocessing` imports the main file again in the children that it spawns.
if __name__ == "__main__":
    start()
