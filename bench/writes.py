"""Posts accepted through the API from 64 writers at once, each on the disk before it is answered: commits shared by many
writers against a commit for each. A commit held 4 ms stands for a plain disk; without that it is this machine's own."""
import os
import sqlite3
import statistics

from programs import Run, folder, ibid, needed, serving

SECONDS = 6
ROUNDS = 3


def measure(table):
    needed("wrk")
    held = compare(IBID_BENCH_COMMIT_MS="4")
    plain = compare()
    show(table, "commit held 4 ms", held, ("at least", 20))
    show(table, "this disk", plain, None)


def show(table, how, rounds, goal):
    rates = [f"{statistics.median(r[i].rate for r in rounds):,.0f} /s" for i in (0, 1)]
    ratio = statistics.median(a.rate / b.rate for a, b in rounds)
    table.add(f"accepted writes, 64 writers, {how}: shared commits against one each", *rates, ratio, goal)


def compare(**settings):
    return [(accepted(**settings), accepted(IBID_BENCH_GROUPING="off", **settings)) for _ in range(ROUNDS)]


def accepted(**settings):
    with folder() as data:
        ibid(data, "user", "add", "ida@gazette.example", "--name", "Ida", "--role", "owner")
        token = ibid(data, "token", "create", "--user", "ida@gazette.example")
        with serving(data, **settings) as (address, pid):
            again = lambda seconds, run: Run(
                address, pid, seconds, "-s", "bench/write.lua", env={**os.environ, "TOKEN": token, "RUN": run}
            )
            warm, run = again(1, "warm"), again(SECONDS, "run")
        stored = sqlite3.connect(data / "ibid.sqlite").execute("select count(*) from post").fetchone()[0]
        assert run.refused == warm.refused == 0, f"{run.refused + warm.refused} posts were refused"
        assert stored >= run.requests + warm.requests, f"{run.requests + warm.requests} accepted, {stored} stored"
        return run
