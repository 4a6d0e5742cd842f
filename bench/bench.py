"""Runs the parts that are asked for and prints one table. See bin/bench."""
import importlib
import sys
import time

PARTS = ["pages", "writes", "quotes", "moving", "capturing", "search", "growth", "replay", "health", "watching", "drift", "archives", "build"]


class Skipped(Exception):
    """Something that is not ours cannot be had; its words say what."""


class Table:
    def __init__(self):
        self.lines, self.missed = [], 0

    def add(self, what, ours, peer, ratio, goal=None):
        """`goal` is ('at least' | 'at most', number), checked against `ratio`; none means for information."""
        said, met = "", ""
        if goal:
            kind, bound = goal
            good = ratio >= bound if kind == "at least" else ratio <= bound
            said, met = f"{kind} {bound:g}", "met" if good else "MISSED"
            self.missed += not good
        shown = "" if ratio is None else f"{ratio:.3g}"
        self.lines.append((what, ours, peer, shown, said, met))

    def skip(self, what, why):
        self.lines.append((what, "skipped:", why, "", "", ""))

    def __str__(self):
        head = ("what", "ours", "peer", "ratio", "goal", "")
        widths = [max(len(line[i]) for line in [head, *self.lines]) for i in range(6)]
        rows = [head, tuple("-" * w for w in widths), *self.lines]
        return "\n".join(" | ".join(f"{cell:{w}}" for cell, w in zip(row, widths)).rstrip() for row in rows)


def main():
    asked = sys.argv[1:] or PARTS
    unknown = [part for part in asked if part not in PARTS]
    if unknown:
        sys.exit(f"bin/bench knows {', '.join(PARTS)}; not {', '.join(unknown)}")
    table = Table()
    for part in PARTS:
        if part not in asked:
            continue
        print(f"== {time.strftime('%H:%M')} {part}", file=sys.stderr, flush=True)
        try:
            importlib.import_module(part).measure(table)
        except Skipped as why:
            table.skip(part, str(why))
    print(table)
    sys.exit(1 if table.missed else 0)


if __name__ == "__main__":
    sys.modules["bench"] = sys.modules["__main__"]
    main()
