"""What a reading of a rule says, in a form in which two readings can be compared.

Both sides, pySigma's and the dump's, are brought to these types. A value is a
*set of atoms*: windash and base64offset stand for several strings of which one
has to match, and the order of those has no meaning.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

# A part of a string: literal text, or ("wild", "*" or "?"), or ("placeholder", name).
Part: TypeAlias = str | tuple[str, str]
# One alternative of a value: its type's name and what the type holds, all hashable.
Atom: TypeAlias = tuple[Any, ...]
Value: TypeAlias = frozenset[Atom]
# {"and": […]}, {"or": […]}, {"not": tree}, {"ref": selection}
Tree: TypeAlias = dict[str, Any]

# pySigma takes `timeframe` for a selection; in Sigma it never was one.
NOT_SELECTIONS = frozenset({"condition", "timeframe"})


@dataclass(frozen=True)
class Item:
    """One detection item: a field (None for keywords) and the values it is tested for."""

    field: str | None
    modifiers: tuple[str, ...]
    every: bool
    negated: bool
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Rejected:
    """What a side refuses to read, and why."""

    reason: str


@dataclass(frozen=True)
class Reading:
    """One rule document: items by their address, conditions in order."""

    items: dict[str, Item | Rejected]
    conditions: tuple[Tree | Rejected, ...]


def address(selection: str, path: Iterable[int]) -> str:
    """`selection[0][2]`: the third item of the first map of a list of maps."""
    return selection + "".join(f"[{index}]" for index in path)


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts with neighbouring literals made one and empty ones dropped."""
    result: list[Part] = []
    for part in parts:
        if part == "":
            continue
        if isinstance(part, str) and result and isinstance(result[-1], str):
            result[-1] += part
        else:
            result.append(part)
    return tuple(result)


def string(parts: Iterable[Part], cased: bool) -> Atom:
    """The atom of a string."""
    return ("string", cased, joined(parts))


def flattened(tree: Tree) -> Tree:
    """The tree with nested and/and, or/or made one, singletons unwrapped, operands sorted."""
    [(kind, operand)] = tree.items()
    if kind == "ref":
        return tree
    if kind == "not":
        return {"not": flattened(operand)}
    operands: list[Tree] = []
    for child in map(flattened, operand):
        operands.extend(child[kind] if kind in child else [child])
    if len(operands) == 1:
        return operands[0]
    return {kind: sorted(operands, key=lambda child: json.dumps(child, sort_keys=True))}
