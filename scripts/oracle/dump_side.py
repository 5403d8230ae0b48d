"""The dump's reading of a rule document: JSON lines as README.md describes them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from typing import Any

from readings import Atom, Item, Part, Reading, Rejected, Tree, Value, address, flattened, string

# What one windash stands for: hyphen, slash, en dash, em dash, horizontal bar.
DASHES = ("-", "/", "\u2013", "\u2014", "\u2015")
# Short and long names of one modifier.
LONG_NAMES = {"i": "ignorecase", "m": "multiline", "s": "dotall"}
SHORT_FLAGS = {long: short for short, long in LONG_NAMES.items()}

Key = tuple[str, int]


class BadDump(Exception):
    """A line that does not have the form that README.md gives."""


def read(lines: Iterable[str]) -> dict[Key, Reading]:
    """All documents of a dump by (path, document). Raises `BadDump`."""
    readings: dict[Key, Reading] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            key = (record["path"], int(record["document"]))
            reading = _reading(record)
        except (KeyError, TypeError, ValueError) as error:
            raise BadDump(f"line {number}: {type(error).__name__}: {error}") from error
        if key in readings:
            raise BadDump(f"line {number}: {key[0]}, document {key[1]}, was dumped before")
        readings[key] = reading
    return readings


def _reading(record: dict[str, Any]) -> Reading:
    items: dict[str, Item] = {}
    for one in record["items"]:
        where = address(one["selection"], one["path"])
        if where in items:
            raise ValueError(f"two items at {where}")
        items[where] = _item(one)
    conditions: list[Tree | Rejected] = [
        Rejected("null in the dump") if tree is None else flattened(_tree(tree))
        for tree in record["conditions"]
    ]
    return Reading(dict(items), tuple(conditions))


def _item(item: dict[str, Any]) -> Item:
    values = tuple(_value(value) for value in item["values"])
    if not values and item["field"] is not None:
        values = (frozenset({("null",)}),)
    if item["linking"] not in ("any", "all"):
        raise ValueError(f"linking {item['linking']!r}")
    return Item(
        field=item["field"],
        modifiers=tuple(LONG_NAMES.get(name, name) for name in item["modifiers"]),
        every=item["linking"] == "all",
        negated=item["negated"],
        values=values,
    )


def _value(value: dict[str, Any]) -> Value:
    return frozenset(_atoms(value))


def _atoms(value: dict[str, Any]) -> Iterator[Atom]:
    match value["type"]:
        case "expansion":
            for inner in value["values"]:
                yield from _atoms(inner)
        case "string":
            choices = [_choices(part) for part in value["parts"]]
            for parts in itertools.product(*choices):
                yield string(parts, value["cased"])
        case "regex":
            flags = sorted(SHORT_FLAGS.get(flag, flag) for flag in value["flags"])
            yield ("regex", value["pattern"], tuple(flags))
        case "number":
            yield ("number", value["value"])
        case "timestamp":
            yield ("timestamp", value["part"], value["value"])
        case "compare":
            yield ("compare", value["op"], value["value"], value.get("part"))
        case "null":
            yield ("null",)
        case "bool":
            yield ("bool", value["value"])
        case "cidr":
            yield ("cidr", _network(value["network"]))
        case "field":
            starts, ends = value.get("starts_with", False), value.get("ends_with", False)
            yield ("field", value["name"], starts, ends)
        case "exists":
            yield ("exists", value["value"])
        case "opaque":
            yield ("opaque", value["text"])
        case other:
            raise ValueError(f"a value of type {other!r}")


def _choices(part: str | dict[str, str]) -> tuple[Part, ...]:
    if isinstance(part, str):
        return (part,)
    match part:
        case {"wild": "dash"}:
            return DASHES
        case {"wild": ("*" | "?") as wild}:
            return (("wild", wild),)
        case {"placeholder": str(name)}:
            return (("placeholder", name),)
    raise ValueError(f"a part {part!r}")


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        return text


def _tree(tree: Tree) -> Tree:
    [(kind, operand)] = tree.items()
    match kind:
        case "ref" if isinstance(operand, str):
            return tree
        case "not":
            return {"not": _tree(operand)}
        case "and" | "or" if operand:
            return {kind: [_tree(child) for child in operand]}
    raise ValueError(f"a condition node {tree!r}")


# --- the other way: a reading as a line ------------------------------------


def line(path: str, document: int, reading: Reading) -> str:
    """A reading in the exchange format, refused items left out, refused conditions null."""
    items = []
    for where, item in reading.items.items():
        if isinstance(item, Item):
            items.append(_item_record(where, item))
    conditions = [tree if isinstance(tree, dict) else None for tree in reading.conditions]
    record = {"path": path, "document": document, "items": items, "conditions": conditions}
    return json.dumps(record, ensure_ascii=False)


def _item_record(where: str, item: Item) -> dict[str, Any]:
    selection, *indices = where.replace("]", "").split("[")
    return {
        "selection": selection,
        "path": [int(index) for index in indices],
        "field": item.field,
        "modifiers": list(item.modifiers),
        "linking": "all" if item.every else "any",
        "negated": item.negated,
        "values": [_value_record(value) for value in item.values],
    }


def _value_record(value: Value) -> dict[str, Any]:
    records = sorted(map(_atom_record, value), key=json.dumps)
    return records[0] if len(records) == 1 else {"type": "expansion", "values": records}


def _atom_record(atom: Atom) -> dict[str, Any]:
    match atom:
        case ("string", cased, parts):
            written = [part if isinstance(part, str) else {part[0]: part[1]} for part in parts]
            return {"type": "string", "cased": cased, "parts": written}
        case ("regex", pattern, flags):
            return {"type": "regex", "pattern": pattern, "flags": list(flags)}
        case ("compare", op, number, part):
            clock = {} if part is None else {"part": part}
            return {"type": "compare", "op": op, "value": number, **clock}
        case ("timestamp", part, number):
            return {"type": "timestamp", "part": part, "value": number}
        case ("field", name, starts, ends):
            return {"type": "field", "name": name, "starts_with": starts, "ends_with": ends}
        case ("cidr", network):
            return {"type": "cidr", "network": network}
        case (kind,):
            return {"type": kind}
        case (kind, content):
            return {"type": kind, "value": content}
    raise ValueError(f"an atom {atom!r}")
