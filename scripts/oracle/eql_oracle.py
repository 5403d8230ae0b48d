#!/usr/bin/env python3
"""Compares our reading of Elastic's EQL queries with that of the `eql` package.

    eql_oracle.py EMIT CORPUS    compare; exit 1 on unexplained differences

EMIT is the program that `cargo build -p rulescope-dialects --example eql_emit`
makes. It reads queries and writes each as it is emitted from its syntax tree. The
package reads both texts, and its two trees must be the same: then ours says
nothing else than the query does. Queries that the package refuses are counted.
`eql_differences.tsv` holds the differences that are known, with their reasons.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import eql
from eql.parser import (
    allow_negation,
    allow_runs,
    allow_sample,
    elasticsearch_syntax,
    ignore_missing_functions,
    parse_query,
    skip_optimizations,
)

EXPLAINED = Path(__file__).with_name("eql_differences.tsv")


def queries(corpus: Path) -> list[tuple[str, str]]:
    """The EQL queries of rules and hunting queries, with the files' names below the corpus."""
    found = []
    for path in sorted(corpus.rglob("*.toml")):
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError:
            continue
        name = path.relative_to(corpus).as_posix()
        rule, hunt = content.get("rule", {}), content.get("hunt", {})
        if rule.get("language") == "eql":
            found.append((name, rule["query"]))
        if hunt.get("language") == ["EQL"]:
            found.extend((f"{name}#{i}", query) for i, query in enumerate(hunt["query"]))
    return found


def emitted(program: str, texts: list[str]) -> list[str]:
    """Each query as the program emits it; empty where it finds a defect."""
    given = "".join(f"{text}\0" for text in texts).encode()
    out = subprocess.run([program], input=given, capture_output=True, check=True).stdout
    return out.decode().split("\0")[:-1]


def read(text: str) -> eql.ast.EqlNode:
    """The package's tree, as Elasticsearch reads the text. Raises `eql.errors.EqlError`."""
    with (
        elasticsearch_syntax,
        ignore_missing_functions,
        allow_negation,
        allow_sample,
        allow_runs,
        skip_optimizations,
    ):
        return parse_query(text)


def main() -> int:
    program, corpus = sys.argv[1], Path(sys.argv[2])
    found = queries(corpus)
    ours = emitted(program, [query for _, query in found])
    with EXPLAINED.open(encoding="utf-8", newline="") as file:
        explained = {row[0]: row[1] for row in csv.reader(file, delimiter="\t") if row}
    counts: Counter[str] = Counter(queries=len(found))
    unexplained = []
    refused: Counter[str] = Counter()
    for (name, query), text in zip(found, ours, strict=True):
        try:
            theirs = read(query)
        except (eql.errors.EqlError, RecursionError) as error:
            counts["refused by the package"] += 1
            refused[type(error).__name__ + ": " + str(error).splitlines()[0][:70]] += 1
            continue
        try:
            same = bool(text) and read(text) == theirs
        except eql.errors.EqlError as error:
            same, text = False, f"{error}\n{text}"
        if same:
            counts["the same"] += 1
        elif name in explained:
            counts["explained"] += 1
        else:
            unexplained.append(f"{name}\n  {text}")
    for name, count in counts.items():
        print(f"{count:5} {name}")
    for reason, count in refused.most_common(20):
        print(f"      {count:5} {reason}")
    for difference in unexplained:
        print(difference)
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
