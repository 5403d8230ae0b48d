#!/usr/bin/env python3
"""Recounts the corpus counts of indicators straight from the YAML of Sigma rules.

    recount.py --sources sigma=PATH …                                   totals
    recount.py --sources sigma=PATH … --indicator FIELD KIND VALUE      one count
    recount.py --sources sigma=PATH … --binary BIN --catalog FILE \\
        [--sample N] [--seed N] [--rule SOURCE/SLUG]… [--rules N]       compare

Comparing asks the binary for N indicators drawn at random and for all indicators
of the rules named or drawn, prints every difference, and exits 1 if there is one.
README.md holds the definitions.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import corpus
from recount_rule import Indicator, UnreadableCondition, indicators

TABLES = Path(__file__).parents[2] / "crates/taxonomy/data"
# Where there is no table.
FALLBACK_FIELDS = {"newprocessname": "Image", "parentprocessname": "ParentImage"}
# Of the header of every Windows event.
SYSTEM_FIELDS = [
    "Channel",
    "Computer",
    "EventData",
    "EventID",
    "EventRecordID",
    "Execution_ProcessID",
    "Execution_ThreadID",
    "Keywords",
    "Level",
    "Opcode",
    "Provider",
    "Provider_Name",
    "Security_UserID",
    "Task",
    "ThreadID",
    "TimeCreated",
    "UserID",
    "Version",
]
DEPRECATED_STATUSES = {"deprecated", "unsupported"}
DEPRECATED_FOLDERS = {"deprecated", "unsupported", "_deprecated"}
# Kinds that the binary may print for lists, and what each of the list's values is.
KIND_OF_ONE = {"in": "eq"}


@dataclass(frozen=True)
class Rule:
    """One active rule: where it is and what it tests positively."""

    vendor: str
    source: str
    path: str
    title: str
    found: frozenset[Indicator]


@dataclass
class Recount:
    """All active rules of the sources, and the counts over them."""

    rules: list[Rule] = field(default_factory=list)
    deprecated: int = 0
    problems: list[str] = field(default_factory=list)
    by_indicator: dict[Indicator, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )

    def vendors(self, indicator: Indicator) -> dict[str, int]:
        """How many rules of each vendor hold the indicator positively."""
        return dict(self.by_indicator.get(indicator, Counter()))


@dataclass
class FieldNames:
    """Authored field names to those that are counted.

    A rule for Windows, or for no product in particular, has its names in the
    spelling of the tables, whatever their case; another product's names are its
    own and stay as they are.
    """

    canonical: dict[str, str] = field(default_factory=lambda: dict(FALLBACK_FIELDS))
    spelling: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_tables(cls, folder: Path) -> FieldNames:
        """Reads the tables of `crates/taxonomy/data`; what is not there is not known."""
        names = cls()
        for native, canonical, *_ in _rows(folder / "sigma_fields.tsv"):
            names.canonical[native.lower()] = canonical
        events = [(row[0], row[-1].split(",")) for row in _rows(folder / "windows_events.tsv")]
        answers = [row[-1] for row in _rows(folder / "event_fields.tsv")]
        sysmon, security = "Microsoft-Windows-Sysmon", "Microsoft-Windows-Security-Auditing"
        groups = [
            [name for provider, fields in events if provider == sysmon for name in fields],
            answers,
            SYSTEM_FIELDS,
            [name for provider, fields in events if provider == security for name in fields],
            [name for _, fields in events for name in fields],
        ]
        for name in itertools.chain.from_iterable(groups):
            names.spelling.setdefault(name.lower(), name)
        return names

    def counted(self, name: str) -> str:
        """The name that a rule for Windows or for no product is counted under."""
        canonical = self.canonical.get(name.lower(), name)
        return self.spelling.get(canonical.lower(), canonical)

    def of(self, content: dict[Any, Any]) -> Callable[[str], str]:
        """How the names of a rule are counted."""
        logsource = content.get("logsource")
        product = logsource.get("product") if isinstance(logsource, dict) else None
        if product is None or str(product).strip().lower() in ("windows", "mssql"):
            return self.counted
        return lambda name: name


def _rows(table: Path) -> Iterator[list[str]]:
    """The lines of a table by tabs; `#` opens a comment."""
    if table.is_file():
        for line in table.read_text("utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                yield line.split("\t")


def recount(sources: list[tuple[str, Path]], names: FieldNames) -> Recount:
    """Reads every rule of the sources and counts rules, never occurrences."""
    result = Recount()
    for vendor, root in sources:
        for file in corpus.rule_files(root):
            documents = readable_documents(file, result.problems)
            source, _, path = file.name.partition("/")
            for document in corpus.merged_documents(documents):
                content = document.content
                if not isinstance(content.get("detection"), dict):
                    continue
                if is_deprecated(content, path):
                    result.deprecated += 1
                    continue
                try:
                    found = frozenset(indicators(content["detection"], names.of(content)))
                except UnreadableCondition as error:
                    result.problems.append(f"condition: {file.name}: {error}")
                    found = frozenset()
                title = str(content.get("title", ""))
                result.rules.append(Rule(vendor, source, path, title, found))
    for rule in result.rules:
        for one in rule.found:
            result.by_indicator[one][rule.vendor] += 1
    return result


def readable_documents(file: corpus.RuleFile, problems: list[str]) -> list[Any]:
    """The file's documents, if need be with its tabs mended; none if it is beyond that."""
    try:
        return corpus.raw_documents(file.path)
    except corpus.UnreadableFile as error:
        problems.append(f"not YAML: {file.name}: {error}")
    try:
        return corpus.raw_documents(file.path, mend_tabs=True)
    except corpus.UnreadableFile:
        return []


def is_deprecated(content: dict[Any, Any], path: str) -> bool:
    """By status, or by a folder of that meaning on the way to the file."""
    status = str(content.get("status", "")).strip().lower()
    return status in DEPRECATED_STATUSES or not DEPRECATED_FOLDERS.isdisjoint(
        path.lower().split("/")[:-1]
    )


# --- asking the binary -------------------------------------------------------


@dataclass(frozen=True)
class Binary:
    """The program under test with its catalog."""

    program: str
    catalog: str

    def ask(self, *arguments: str) -> Any:
        """One JSON document. Raises `RuntimeError` with the program's own words."""
        return json.loads(self._run(*arguments, "--json"))

    def rules(self) -> list[dict[str, Any]]:
        """All rules as `rules --format jsonl` lists them."""
        return [json.loads(line) for line in self._run("rules", "--format", "jsonl").splitlines()]

    def _run(self, *arguments: str) -> str:
        command = [self.program, *arguments, "--catalog", self.catalog]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
        if done.returncode not in (0, 1) or not done.stdout:
            raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr}")
        return done.stdout


def sampled(result: Recount, count: int, rng: random.Random) -> list[Indicator]:
    """Indicators at random: half among all, half among those that more than one rule holds."""
    # No argument of a program can hold a NUL, which `wide` values would.
    every = sorted(one for one in result.by_indicator if "\0" not in one.value)
    shared = [one for one in every if sum(result.by_indicator[one].values()) > 1]
    drawn = rng.sample(shared, min(count // 2, len(shared)))
    rest = sorted(set(every) - set(drawn))
    return drawn + rng.sample(rest, min(count - len(drawn), len(rest)))


def indicator_differences(
    binary: Binary, result: Recount, names: FieldNames, drawn: list[Indicator]
) -> Iterator[str]:
    """Counts of single indicators that the binary and the recount do not agree on."""
    for one in drawn:
        name = one.field
        answer = binary.ask(
            "indicator", f"--field={name}", f"--kind={one.kind}", f"--value={one.value}"
        )
        vendors = result.vendors(one)
        got = (answer["corpus"], {k: n for k, n in answer["vendors"].items() if n})
        if got != (sum(vendors.values()), vendors):
            yield f"{one}: the binary says {got[0]} {got[1]}, the recount {vendors}"


def rule_differences(
    binary: Binary, result: Recount, names: FieldNames, rule_id: str
) -> Iterator[str]:
    """Where `show` of one rule and the recount differ: its indicators and each one's count."""
    shown = binary.ask("show", rule_id)
    path = shown["path"]
    source = rule_id.split("/", 1)[0]
    candidates = [r for r in result.rules if r.source == source and path.endswith(r.path)]
    if len(candidates) > 1:
        candidates = [rule for rule in candidates if rule.title == shown["title"]]
    if len(candidates) != 1:
        yield f"{rule_id}: {len(candidates)} recounted rules fit {path}"
        return
    expected = candidates[0].found
    counts: dict[Indicator, tuple[int, dict[str, int]]] = {}
    for row in shown["indicators"]:
        kind = KIND_OF_ONE.get(row["kind"], row["kind"])
        for value in row["values"]:
            text = value.get("effective", value["value"])
            name = row["field"]
            one = Indicator(name, kind, "" if text is None else str(text).lower())
            counts[one] = (value["corpus"], {k: n for k, n in value["vendors"].items() if n})
    for one in sorted(expected - counts.keys()):
        yield f"{rule_id}: {one} is missing from show"
    for one in sorted(counts.keys() - expected):
        yield f"{rule_id}: {one} is shown but does not stand positively"
    for one in sorted(expected & counts.keys()):
        vendors = result.vendors(one)
        if counts[one] != (sum(vendors.values()), vendors):
            yield f"{rule_id}: {one}: shown {counts[one]}, the recount {vendors}"


# --- the command -------------------------------------------------------------


def source_argument(text: str) -> tuple[str, Path]:
    """`VENDOR=PATH`, where the path is a folder."""
    vendor, equals, path = text.partition("=")
    if not equals or not Path(path).is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not VENDOR=FOLDER")
    return vendor, Path(path)


def print_totals(result: Recount, names: FieldNames) -> None:
    """Sizes, the most shared indicators, and what could not be read."""
    occurrences = sum(len(rule.found) for rule in result.rules)
    print(f"active rules {len(result.rules)}, deprecated {result.deprecated}")
    print(f"indicators {len(result.by_indicator)}, held {occurrences} times by a rule")
    kinds = Counter(one.kind for one in result.by_indicator)
    print("by kind: " + ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items())))
    top = sorted(result.by_indicator.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))
    for one, vendors in top[:10]:
        print(f"  {sum(vendors.values()):5} {one.field} {one.kind} {one.value!r}")


def compare(result: Recount, names: FieldNames, arguments: argparse.Namespace) -> int:
    """Compares with the binary; returns the exit code."""
    binary = Binary(arguments.binary, arguments.catalog)
    rng = random.Random(arguments.seed)
    drawn = sampled(result, arguments.sample, rng)
    differences = list(indicator_differences(binary, result, names, drawn))
    named = list(arguments.rule)
    if arguments.rules:
        active = sorted(rule["id"] for rule in binary.rules() if not rule["deprecated"])
        named += rng.sample(active, min(arguments.rules, len(active)))
    for rule_id in named:
        differences.extend(rule_differences(binary, result, names, rule_id))
    for difference in differences:
        print(difference)
    print(
        f"compared {len(drawn)} indicators and {len(named)} rules (seed {arguments.seed}):"
        f" {len(differences)} differences"
    )
    return 1 if differences else 0


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sources", nargs="+", required=True, type=source_argument, metavar="VENDOR=PATH"
    )
    parser.add_argument("--tables", type=Path, default=TABLES, help="the folder of the tables")
    parser.add_argument("--indicator", nargs=3, metavar=("FIELD", "KIND", "VALUE"))
    parser.add_argument("--binary", help="the program to compare with")
    parser.add_argument("--catalog", default="rulescope.db")
    parser.add_argument("--sample", type=int, default=200, help="indicators to draw")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rule", action="append", default=[], help="a rule's id; repeatable")
    parser.add_argument("--rules", type=int, default=0, help="rules to draw as well")
    arguments = parser.parse_args()
    names = FieldNames.from_tables(arguments.tables)
    result = recount(arguments.sources, names)
    for problem in result.problems:
        print(problem, file=sys.stderr)
    if arguments.indicator:
        name, kind, value = arguments.indicator
        vendors = result.vendors(Indicator(names.counted(name) if name else name, kind, value.lower()))
        print(json.dumps({"corpus": sum(vendors.values()), "vendors": vendors}, sort_keys=True))
        return 0
    if arguments.binary:
        return compare(result, names, arguments)
    print_totals(result, names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
