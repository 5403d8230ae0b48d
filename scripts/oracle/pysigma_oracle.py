#!/usr/bin/env python3
"""Compares a dump of our reading of Sigma rules with pySigma's reading.

    pysigma_oracle.py CORPUS… < dump.jsonl    compare; exit 1 on unexplained differences
    pysigma_oracle.py --alone CORPUS…         pySigma's side only, with its totals
    pysigma_oracle.py --emit CORPUS…          pySigma's side in the dump's format

README.md holds the format and says what is compared.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import corpus
import dump_side
import pysigma_side
from readings import Item, Reading, Rejected

EXPLAINED = Path(__file__).with_name("pysigma_differences.tsv")
MOST_EXPLAINED = 20
EXAMPLES_A_REASON = 3


@dataclass(frozen=True)
class Difference:
    """One place where the readings differ. (`path`, `item`) is its name in the explained file."""

    path: str
    item: str
    ours: str
    theirs: str


@dataclass
class Oracle:
    """pySigma's readings of whole corpora, and what it refused."""

    readings: dict[dump_side.Key, Reading] = field(default_factory=dict)
    files: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)
    refused_files: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    refused_items: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    refused_conditions: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class Compared:
    """The outcome of a comparison."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    only_ours: list[dump_side.Key] = field(default_factory=list)


def consult(corpora: list[Path]) -> Oracle:
    """Reads every rule file of the corpora with pySigma."""
    oracle = Oracle()
    for root in corpora:
        for file in corpus.rule_files(root):
            oracle.files += 1
            try:
                documents = corpus.raw_documents(file.path)
            except corpus.UnreadableFile as error:
                oracle.unreadable[file.name] = str(error)
                continue
            for reason in pysigma_side.whole_file_refusals(documents):
                oracle.refused_files[reason].append(file.name)
            for document in corpus.merged_documents(documents):
                if isinstance(document.content.get("detection"), dict):
                    key = (file.name, document.index)
                    oracle.readings[key] = pysigma_side.read(document.content)
    for (path, document_index), reading in oracle.readings.items():
        where = path if document_index == 0 else f"{path}, document {document_index}"
        for item, content in reading.items.items():
            if isinstance(content, Rejected):
                oracle.refused_items[content.reason].append(f"{where}: {item}")
        for number, tree in enumerate(reading.conditions):
            if isinstance(tree, Rejected):
                oracle.refused_conditions[tree.reason].append(f"{where}: condition {number}")
    return oracle


def compare(theirs: dict[dump_side.Key, Reading], ours: dict[dump_side.Key, Reading]) -> Compared:
    """Compares all documents that pySigma reads; what only we read is listed, not judged."""
    result = Compared()
    for key, reading in theirs.items():
        path, document = key
        prefix = "" if document == 0 else f"document {document}: "
        mine = ours.get(key)
        if mine is None:
            result.differences.append(Difference(path, f"{prefix}document", "nothing", "a rule"))
            continue
        result.counts["documents"] += 1
        for item, our_text, their_text in _document_differences(reading, mine, result.counts):
            result.differences.append(Difference(path, prefix + item, our_text, their_text))
    result.only_ours = sorted(key for key in ours if key not in theirs)
    return result


def _document_differences(
    theirs: Reading, ours: Reading, counts: Counter[str]
) -> Iterator[tuple[str, str, str]]:
    for where, item in theirs.items.items():
        if isinstance(item, Rejected):
            counts["items pySigma refuses"] += 1
            continue
        mine = ours.items.get(where)
        if not isinstance(mine, Item):
            yield where, "nothing", repr(item)
            continue
        counts["items"] += 1
        counts["values"] += len(item.values)
        yield from _item_differences(where, item, mine)
    for where, extra in ours.items.items():
        if where not in theirs.items:
            yield where, repr(extra), "nothing"
    pairs = itertools.zip_longest(theirs.conditions, ours.conditions)
    for number, (tree, our_tree) in enumerate(pairs):
        if isinstance(tree, Rejected):
            counts["conditions pySigma refuses"] += 1
            continue
        counts["conditions"] += 1
        if tree != our_tree:
            yield f"condition {number}", repr(our_tree), repr(tree)


def _item_differences(where: str, theirs: Item, ours: Item) -> Iterator[tuple[str, str, str]]:
    for name in ("field", "modifiers", "negated"):
        if getattr(theirs, name) != getattr(ours, name):
            yield f"{where} {name}", repr(getattr(ours, name)), repr(getattr(theirs, name))
    # With one value there is nothing to link.
    if len(theirs.values) > 1 and theirs.every != ours.every:
        yield f"{where} linking", repr(ours.every), repr(theirs.every)
    if len(theirs.values) != len(ours.values):
        yield f"{where} values", str(len(ours.values)), str(len(theirs.values))
        return
    for number, (value, our_value) in enumerate(zip(theirs.values, ours.values)):
        if value != our_value:
            yield f"{where} value {number}", repr(sorted(our_value, key=repr)), repr(
                sorted(value, key=repr)
            )


def explained() -> dict[tuple[str, str], str]:
    """The committed file of differences that are understood: (path, item) to the reason."""
    with EXPLAINED.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {(row["path"], row["item"]): row["reason"] for row in rows}


def print_oracle(oracle: Oracle) -> None:
    """pySigma's totals and refusals."""
    items = [item for reading in oracle.readings.values() for item in reading.items.values()]
    good = [item for item in items if isinstance(item, Item)]
    trees = [tree for reading in oracle.readings.values() for tree in reading.conditions]
    kinds = Counter(atom[0] for item in good for value in item.values for atom in value)
    print(f"pySigma: {oracle.files} files, {len(oracle.readings)} detection documents")
    print(f"  items {len(good)}, values {sum(len(item.values) for item in good)}")
    print(f"  conditions {sum(isinstance(tree, dict) for tree in trees)}")
    print("  alternatives by type: " + ", ".join(f"{k} {n}" for k, n in sorted(kinds.items())))
    for name, error in oracle.unreadable.items():
        print(f"  not YAML: {name}: {error}")
    for title, refusals in (
        ("files pySigma refuses as a whole or in part (their items are compared all the same)",
         oracle.refused_files),
        ("items pySigma refuses (not compared)", oracle.refused_items),
        ("conditions pySigma refuses (not compared)", oracle.refused_conditions),
    ):
        total = len({place for places in refusals.values() for place in places})
        print(f"  {title}: {total}")
        for reason, places in sorted(refusals.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            print(f"    {len(places):5} {reason}")
            for place in places[:EXAMPLES_A_REASON]:
                print(f"          {place}")


def report(compared: Compared) -> bool:
    """Prints the outcome; true if every difference is explained, and nothing else is."""
    known = explained()
    found = {(one.path, one.item) for one in compared.differences}
    print("compared: " + ", ".join(f"{k} {n}" for k, n in sorted(compared.counts.items())))
    for path, document in compared.only_ours:
        print(f"only in the dump: {path}, document {document}")
    unexplained = 0
    for one in compared.differences:
        reason = known.get((one.path, one.item))
        unexplained += reason is None
        print(f"{'difference' if reason is None else 'explained'}\t{one.path}\t{one.item}")
        print(f"    ours:    {one.ours}\n    pySigma: {one.theirs}")
        if reason is not None:
            print(f"    why:     {reason}")
    stale = sorted(set(known) - found)
    for path, item in stale:
        print(f"explained, but no longer so\t{path}\t{item}")
    if len(known) > MOST_EXPLAINED:
        print(f"{len(known)} differences are explained; more than {MOST_EXPLAINED} is too many")
    print(
        f"differences {len(compared.differences)}: unexplained {unexplained},"
        f" explained {len(compared.differences) - unexplained}, stale explanations {len(stale)}"
    )
    return unexplained == 0 and not stale and len(known) <= MOST_EXPLAINED


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--alone", action="store_true", help="pySigma's totals, no comparison")
    mode.add_argument("--emit", action="store_true", help="print pySigma's reading as a dump")
    arguments = parser.parse_args()
    for root in arguments.corpora:
        if not root.is_dir():
            parser.error(f"{root} is not a folder")
    oracle = consult(arguments.corpora)
    if arguments.emit:
        for (path, document), reading in oracle.readings.items():
            print(dump_side.line(path, document, reading))
        return 0
    print_oracle(oracle)
    if arguments.alone:
        return 0
    try:
        ours = dump_side.read(sys.stdin)
    except dump_side.BadDump as error:
        print(f"the dump is malformed: {error}", file=sys.stderr)
        return 2
    return 0 if report(compare(oracle.readings, ours)) else 1


if __name__ == "__main__":
    sys.exit(main())
