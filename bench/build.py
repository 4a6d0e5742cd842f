"""What a cold release build costs, dependencies and all."""
import os
import resource
import subprocess

from programs import folder


def measure(table):
    with folder() as target:
        before = used()
        env = {**os.environ, "CARGO_TARGET_DIR": str(target)}
        subprocess.run(["cargo", "build", "--release", "--quiet"], env=env, check=True)
        seconds = used() - before
    table.add("cold cargo build --release: processor seconds", f"{seconds:,.0f}", "", seconds, ("at most", 600))


def used():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime
