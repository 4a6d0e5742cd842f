"""A quotation of 300 characters, one in twenty of them altered, found in a text of one megabyte: against rapidfuzz."""
import json
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
    table.add("preparing a source: MB/s", f"{speed:,.0f}", "", speed, ("at least", 50))
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
        ("at least", 10),
    )


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
