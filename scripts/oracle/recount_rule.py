"""The indicators of one Sigma rule, straight from its YAML.

Written to be independent: it shares no code with pySigma or with the project.
An indicator is a (canonical field, kind, folded effective value) that stands
under an even number of negations somewhere in the condition.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Callable

NO_SELECTION = {"condition", "timeframe"}
COMPARISONS = {"lt": "lt", "lte": "le", "gt": "gt", "gte": "ge"}
WRAPPERS = {"contains": (True, True), "startswith": (False, True), "endswith": (True, False)}

# A token of a Sigma string: an escaped special character, a wildcard, or plain text.
_TOKEN = re.compile(r"\\[*?\\]|[*?]|\\|[^\\*?]+", re.DOTALL)
_CONDITION_TOKEN = re.compile(r"[()]|[^\s()]+")


@dataclass(frozen=True, order=True)
class Indicator:
    """What is counted. `field` is empty for keywords, `value` for is_null and is_not_null."""

    field: str
    kind: str
    value: str


class UnreadableCondition(Exception):
    """A condition that Sigma's grammar does not cover, or a detection without one."""


def indicators(detection: Mapping[Any, Any], canonical: Callable[[str], str]) -> set[Indicator]:
    """The indicators of a rule's `detection` map.

    `canonical` maps a field's authored name to the one it is counted under. Raises
    `UnreadableCondition` when no condition can be read.
    """
    selections = {str(k): v for k, v in detection.items() if k not in NO_SELECTION}
    authored = detection.get("condition")
    conditions = authored if isinstance(authored, list) else [authored]
    found: set[Indicator] = set()
    for condition in conditions:
        if not isinstance(condition, str):
            raise UnreadableCondition(f"the condition is {condition!r}")
        for name, positive in _references(condition, list(selections)):
            for indicator, stands in _tests(selections[name], canonical):
                if stands == positive:
                    found.add(indicator)
    return found


# --- the condition: which selections stand, and which way -------------------


def _references(condition: str, names: list[str]) -> Iterator[tuple[str, bool]]:
    """(selection, positive) for every reference of a condition; legacy parts after `|` too."""
    search, _, aggregation = condition.partition("|")
    yield from _Condition(search, names).references()
    if aggregation.split()[:1] == ["near"]:
        yield from _Condition(aggregation.split(None, 1)[1], names).references()


class _Condition:
    """Recursive descent over or < and < not, collecting references with their polarity."""

    def __init__(self, text: str, names: list[str]) -> None:
        self.text = text
        self.names = names
        self.tokens = _CONDITION_TOKEN.findall(text)
        self.at = 0

    def references(self) -> list[tuple[str, bool]]:
        found = self._disjunction(True)
        if self.at < len(self.tokens):
            raise UnreadableCondition(f"{self.tokens[self.at]!r} is left over in {self.text!r}")
        return found

    def _peek(self) -> str:
        return self.tokens[self.at].lower() if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        if self.at >= len(self.tokens):
            raise UnreadableCondition(f"{self.text!r} ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def _disjunction(self, positive: bool) -> list[tuple[str, bool]]:
        found = self._conjunction(positive)
        while self._peek() == "or":
            self._take()
            found += self._conjunction(positive)
        return found

    def _conjunction(self, positive: bool) -> list[tuple[str, bool]]:
        found = self._negation(positive)
        while self._peek() == "and":
            self._take()
            found += self._negation(positive)
        return found

    def _negation(self, positive: bool) -> list[tuple[str, bool]]:
        if self._peek() == "not":
            self._take()
            return self._negation(not positive)
        return self._operand(positive)

    def _operand(self, positive: bool) -> list[tuple[str, bool]]:
        word = self._take()
        if word == "(":
            found = self._disjunction(positive)
            if self._take() != ")":
                raise UnreadableCondition(f"a parenthesis stays open in {self.text!r}")
            return found
        following = self._peek()
        if word.lower() in ("1", "any", "all") and following == "of":
            self._take()
            return [(name, positive) for name in self._chosen(self._take())]
        if word == ")" or word.lower() in ("and", "or", "not", "of"):
            raise UnreadableCondition(f"{word!r} where a selection belongs in {self.text!r}")
        # A name that is not there tests nothing; what else the rule tests still counts.
        return [(word, positive)] if word in self.names else []

    def _chosen(self, pattern: str) -> list[str]:
        public = [name for name in self.names if pattern.startswith("_") or name[:1] != "_"]
        if pattern == "them":
            return public
        return [name for name in public if fnmatch.fnmatchcase(name, pattern)]


# --- the selections: what is tested -----------------------------------------


def _tests(
    definition: Any, canonical: Callable[[str], str]
) -> Iterator[tuple[Indicator, bool]]:
    """Every test of a selection, and whether it stands (false under `neq`)."""
    if isinstance(definition, Mapping):
        for key, value in definition.items():
            yield from _item(str(key), value, canonical)
    elif isinstance(definition, list):
        for entry in definition:
            yield from _tests(entry, canonical)
    else:
        yield from _item("", definition, canonical)


def _item(
    key: str, authored: Any, canonical: Callable[[str], str]
) -> Iterator[tuple[Indicator, bool]]:
    name, *modifiers = key.split("|")
    field = canonical(name) if name else ""
    values = authored if isinstance(authored, list) else [authored]
    if not values and name:
        values = [None]
    for value in values:
        kind, text = _kind_and_text(value, modifiers, keyword=not name, canonical=canonical)
        yield Indicator(field, kind, text.lower()), "neq" not in modifiers


def _kind_and_text(
    value: Any, modifiers: list[str], *, keyword: bool, canonical: Callable[[str], str]
) -> tuple[str, str]:
    text = scalar_text(value)
    if "re" in modifiers:
        return "regex_match", text
    if "cidr" in modifiers:
        return "cidr", text
    if "exists" in modifiers:
        return ("is_not_null" if value else "is_null"), ""
    if "fieldref" in modifiers:
        return "field_eq", canonical("".join(body for _, body in _parts(text)))
    for modifier in modifiers:
        if modifier in COMPARISONS:
            return COMPARISONS[modifier], text
    if value is None:
        return "is_null", ""
    if not isinstance(value, str):
        return ("keyword" if keyword else "eq"), text
    parts = _parts(text)
    for modifier in modifiers:
        before, after = WRAPPERS.get(modifier, (False, False))
        if before and parts[:1] != [("*", "*")]:
            parts = [("*", "*"), *parts]
        if after and parts[-1:] != [("*", "*")]:
            parts = [*parts, ("*", "*")]
    if keyword:
        return _keyword_kind(parts, modifiers)
    return _string_kind(parts)


def _keyword_kind(parts: list[tuple[str, str]], modifiers: list[str]) -> tuple[str, str]:
    """A keyword stands anywhere in a value, so `*` at its ends says nothing.

    With `startswith` or `endswith` alone it is held to the start or end of a value.
    """
    ends = {modifier for modifier in modifiers if modifier in WRAPPERS}
    kind, text = _string_kind(parts)
    if len(ends) == 1 and "contains" not in ends and kind not in ("wildcard", "is_not_null"):
        return kind, text
    star = ("*", "*")
    inner = parts[1:] if parts[:1] == [star] else parts
    return "keyword", _glob(inner[:-1] if inner[-1:] == [star] else inner)


def scalar_text(value: Any) -> str:
    """A YAML scalar as text: integral numbers without a point, booleans in lower case."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _parts(text: str) -> list[tuple[str, str]]:
    """Sigma's reading of a string: ("text", literal), ("*", "*"), ("?", "?").

    `\\\\`, `\\*` and `\\?` are escapes; any other backslash stands for itself.
    """
    parts: list[tuple[str, str]] = []
    for token in _TOKEN.findall(text):
        if token in "*?":
            # A run of `*` covers what one `*` covers.
            if token == "?" or parts[-1:] != [("*", "*")]:
                parts.append((token, token))
            continue
        literal = token[1:] if len(token) == 2 and token[0] == "\\" else token
        if parts and parts[-1][0] == "text":
            literal = parts.pop()[1] + literal
        parts.append(("text", literal))
    return parts


def _string_kind(parts: list[tuple[str, str]]) -> tuple[str, str]:
    if parts == [("*", "*")]:
        return "is_not_null", ""
    kinds = [kind for kind, _ in parts]
    literal = "".join(body for kind, body in parts if kind == "text")
    match kinds:
        case [] | ["text"]:
            return "eq", literal
        case ["*", "text", "*"]:
            return "match", literal
        case ["*", "text"]:
            return "ends_with", literal
        case ["text", "*"]:
            return "starts_with", literal
    return "wildcard", _glob(parts)


def _glob(parts: list[tuple[str, str]]) -> str:
    """The whole pattern; with a wildcard in it, literal `*` and `?` are told apart by `\\`."""
    if all(kind == "text" for kind, _ in parts):
        return "".join(body for _, body in parts)
    return "".join(
        re.sub(r"[*?]", r"\\\g<0>", body) if kind == "text" else body for kind, body in parts
    )
