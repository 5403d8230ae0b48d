"""Rule files of a corpus and the YAML documents in them.

Shared by both oracles because it holds no judgement about detections: which
files there are, what YAML says of them, and how `action: global`, `reset` and
`repeat` merge documents before anybody reads a rule.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RULE_SUFFIXES = (".yml", ".yaml")
_INDENTATION = re.compile(rb"^[ \t]+", re.MULTILINE)


@dataclass(frozen=True)
class RuleFile:
    """One rule file. `name` is `<corpus folder>/<path below it>`, `/`-separated."""

    name: str
    path: Path


@dataclass(frozen=True)
class Document:
    """One rule document after merging. `index` counts the file's YAML documents from 0."""

    index: int
    content: dict[Any, Any]


class UnreadableFile(Exception):
    """The file is not YAML, or not text."""


def rule_files(corpus: Path) -> list[RuleFile]:
    """The rule files below `corpus`, sorted by name; hidden folders are left out."""
    root = corpus.resolve()
    found = []
    for path in root.rglob("*"):
        below = path.relative_to(root)
        if path.suffix.lower() not in RULE_SUFFIXES or not path.is_file():
            continue
        if any(part.startswith(".") for part in below.parts):
            continue
        found.append(RuleFile(f"{root.name}/{below.as_posix()}", path))
    return sorted(found, key=lambda file: file.name)


def raw_documents(path: Path, *, mend_tabs: bool = False) -> list[Any]:
    """All YAML documents of a file as plain data; of duplicate keys the last one wins.

    YAML forbids tabs in indentation; with `mend_tabs` each is read as two spaces.
    Raises `UnreadableFile`.
    """
    text = path.read_bytes()
    if mend_tabs:
        text = _INDENTATION.sub(lambda found: found[0].replace(b"\t", b"  "), text)
    try:
        return list(yaml.load_all(text, yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableFile(" ".join(str(error).split())) from error


def _overlay(below: dict[Any, Any], above: dict[Any, Any]) -> dict[Any, Any]:
    """Writes `above` over `below`, map by map, and returns `below`."""
    for key, value in above.items():
        if isinstance(value, dict):
            inner = below.get(key)
            below[key] = _overlay(inner if isinstance(inner, dict) else {}, value)
        else:
            below[key] = value
    return below


def merged_documents(documents: list[Any]) -> Iterator[Document]:
    """The documents that are rules, with the file's `action` documents applied.

    As pySigma's `SigmaCollection.from_dicts` does it: a global document is
    written *over* each later one, `repeat` is written over the document before.
    """
    shared: dict[Any, Any] = {}
    previous: dict[Any, Any] = {}
    for index, document in enumerate(documents):
        if not isinstance(document, dict):
            continue
        action = document.get("action")
        if action == "global":
            shared = {key: value for key, value in document.items() if key != "action"}
            previous = shared
        elif action == "reset":
            shared = {}
        elif action == "repeat":
            previous = _overlay(previous, document)
            yield Document(index, copy.deepcopy(previous))
        else:
            previous = _overlay(document, shared)
            yield Document(index, copy.deepcopy(previous))
