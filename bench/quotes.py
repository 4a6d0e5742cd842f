"""A quotation of 300 characters, one in twenty of them altered, found in a text of one megabyte: against rapidfuzz."""
import json
import os
import random
import statistics
import subprocess
import time

from bench import Skipped
from programs import folder

CASES = 30


def measure(table):
    text, cases = task()
    with folder() as made:
        (made / "cases.json").write_text(json.dumps({"text": text, "cases": cases}))
        said = subprocess.run(["target/dist/examples/speed", made / "cases.json"], capture_output=True, check=True, text=True)
    ours = json.loads(said.stdout)
    placed = f", {ours['placed']} of {ours['cases']} placed"
    speed = ours["prepare_mb_per_s"]
    table.add("preparing a source: MB/s of ASCII", f"{speed:,.0f}", "", speed, ("at least", 100))
    for script in ["cyrillic", "arabic", "han"]:
        speed = ours[f"prepare_{script}"]
        table.add(f"preparing a source: MB/s of {script.capitalize()}", f"{speed:,.0f}", "", speed, ("at least", 25))
    exact, memmem = ours["find_exact_us"], ours["memmem_us"]
    table.add(
        "finding an unaltered quotation in a prepared megabyte: times memmem",
        f"{exact / 1e3:.3f} ms",
        f"{memmem / 1e3:.3f} ms",
        exact / memmem,
        ("at most", 3),
    )
    pages = ours["pages_ms"]
    table.add("20 quotations in 20 pages of 100 KB, preparing included: ms", f"{pages:.1f}", "", pages, ("at most", 40))
    stream(table)
    truth(table)
    what = "finding an altered quotation in a prepared megabyte"
    try:
        times, right = rapidfuzz(text, cases)
    except ImportError:
        raise Skipped("rapidfuzz is not installed")
    peer = statistics.median(times)
    table.add(
        what + ": times faster",
        f"{ours['find_us'] / 1e3:.3f} ms{placed}",
        f"{peer * 1e3:.2f} ms, {right} of {len(cases)} placed",
        peer * 1e6 / ours["find_us"],
        ("at least", 20),
    )


def stream(table):
    said = subprocess.run(["target/dist/examples/speed", "--stream", "100"], capture_output=True, check=True, text=True)
    ours = json.loads(said.stdout)
    right = ours["verdicts"] == ["verbatim", "altered"] * 3
    shown = f"{ours['seconds']:.1f} s, {'all' if right else 'NOT all'} found"
    table.add("a transcript of 100 MB as it comes: MB of memory", shown, "", ours["peak_mb"] if right else float("inf"), ("at most", 64))


def truth(table):
    """What is said of labelled quotations: the table of the crate's README."""
    if "IBID_TEST_DATA" not in os.environ:
        return table.skip("what is said of labelled quotations", "IBID_TEST_DATA is not set")
    said = subprocess.run(["target/dist/examples/truth", "--json"], capture_output=True, check=True, text=True)
    for row in map(json.loads, said.stdout.splitlines()):
        shown = ", ".join(f"{verdict} {count}" for verdict, count in row["said"].items())
        goal = ("at least", row["least"]) if row["least"] else None
        table.add(f"truth: {row['label']}", shown, f"of {row['of']}", row["right"] / row["of"], goal)


def rapidfuzz(text, cases):
    from rapidfuzz import fuzz

    times, right = [], 0
    for case in cases:
        began = time.perf_counter()
        found = fuzz.partial_ratio_alignment(case["quote"], text)
        times.append(time.perf_counter() - began)
        both = max(0, min(found.dest_end, case["end"]) - max(found.dest_start, case["start"]))
        right += both / (found.dest_end - found.dest_start + case["end"] - case["start"] - both) >= 0.9
    return times, right


def task():
    chance = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 10))) for _ in range(8000)]
    sentences, size = [], 0
    while size < 1_000_000:
        sentences.append(" ".join(chance.choices(words, k=chance.randint(8, 24))).capitalize() + ". ")
        size += len(sentences[-1])
    text = "".join(sentences)[:1_000_000]
    cases = []
    for _ in range(CASES):
        start = chance.randrange(1000, len(text) - 1400)
        cases.append({"quote": altered(chance, text[start : start + 300]), "start": start, "end": start + 300})
    return text, cases


def altered(chance, passage):
    letters = list(passage)
    for place in sorted(chance.sample(range(len(letters)), len(letters) // 20), reverse=True):
        match chance.choice("sid"):
            case "s":
                letters[place] = chance.choice("abcdefghij")
            case "i":
                letters.insert(place, chance.choice("abcdefghij"))
            case "d":
                del letters[place]
    return "".join(letters)
