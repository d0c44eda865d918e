"""`python -m tests.bench.faq [FOLDER]`: what the FAQ costs, and how well its matcher tells labels apart.

With a folder, that of HINT3's `train` and `test` (https://github.com/hellohaptik/HINT3), its three sets are
measured too; they are not part of this project.
"""

import random
import resource
import subprocess
import sys
import time
from pathlib import Path

from faq.bench import bench, read_labelled
from faq.entry import packaged_sheets, read_all
from faq.evaluate import with_typos
from faq.matcher import Matcher
from rules import figures, load_policy

ENTRIES, PHRASINGS = 60, 10
FLOORS = {"curekart": 0.64, "powerplay11": 0.42, "sofmattress": 0.62}
LOAD = """
import sys, time
sys.path.insert(0, ".")
from rules import figures, load_policy
policy = load_policy()
began = time.perf_counter()
from faq.entry import load
load(figures(policy), policy.sources)
print(time.perf_counter() - began)
"""


def row(what: str, figure: str, aim: str, *, met: bool) -> None:
    """One line of the report."""
    print(f"{what:<58} {figure:>22}   aim {aim:<12} {'met' if met else 'MISSED'}")  # noqa: T201


def phrasings_of_the_faq() -> dict[str, tuple[str, ...]]:
    """Everything the packaged entries and decoys may be asked as."""
    policy = load_policy()
    entries, not_covered, _ = read_all(packaged_sheets(), figures(policy), policy.sources)
    return {slug: entry.ways_to_ask for slug, entry in {**entries, **not_covered}.items()}


def percentiles(times: list[float]) -> tuple[float, float]:
    """The middle and the 99th of a hundred, in milliseconds."""
    times = sorted(times)
    return times[len(times) // 2] * 1000, times[len(times) * 99 // 100] * 1000


def asked(matcher: Matcher, questions: list[str]) -> list[float]:
    """How long each question took, in seconds."""
    found = []
    for question in questions:
        began = time.perf_counter()
        matcher.match(question)
        found.append(time.perf_counter() - began)
    return found


def main(folder: Path | None) -> None:
    """Measure and report."""
    everything = phrasings_of_the_faq()
    some = {slug: texts[:PHRASINGS] for slug, texts in list(everything.items())[:ENTRIES]}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    matcher = Matcher(some)
    fit = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = f"{len(some)} entries, {sum(map(len, some.values()))} phrasings"
    row(f"learning {size}", f"{fit:.2f} s", "1 s", met=fit < 1)
    row("  its peak of memory", f"{before:.0f} to {peak:.0f} MB", "-", met=True)

    dice = random.Random(1)
    questions = [with_typos(text, dice) for texts in everything.values() for text in texts]
    middle, slowest = percentiles(asked(matcher, questions))
    row(
        "a question with typos, p50 and p99",
        f"{middle:.2f} and {slowest:.2f} ms",
        "1 and 5 ms",
        met=middle <= 1 and slowest <= 5,
    )
    longest = max(asked(matcher, ["does courswork nede to macth the cretification " * 85] * 20))
    row("the longest question (4,000 characters)", f"{longest * 1000:.1f} ms", "100 ms", met=longest < 0.1)

    loads = [
        float(subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True).stdout)
        for _ in range(5)
    ]
    load = sorted(loads)[2]
    count = sum(map(len, everything.values()))
    row(f"loading the packaged FAQ, {count} phrasings", f"{load:.2f} s", "1 s", met=load < 1)

    for name, floor in FLOORS.items() if folder else ():
        train = read_labelled(folder / "train" / f"{name}_train.csv")
        test = read_labelled(folder / "test" / f"{name}_test.csv")
        found = bench(train, test, "NO_NODES_DETECTED", time.perf_counter)
        row(
            f"{name}: MCC, in scope, out of scope refused",
            f"{found['mcc']:.3f}, {found['in_scope_accuracy']:.3f}, {found['oos_recall']:.3f}",
            f"{floor}",
            met=found["mcc"] >= floor,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
