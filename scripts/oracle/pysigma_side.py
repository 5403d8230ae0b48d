"""pySigma's reading of a rule document.

Items are built one by one, so that one refused value does not hide the rest of
its rule; conditions are parsed against all selection names and their selectors
resolved by pySigma itself.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from sigma.collection import SigmaCollection
from sigma.conditions import (
    ConditionAND,
    ConditionIdentifier,
    ConditionNOT,
    ConditionOR,
    ConditionSelector,
)
from sigma.exceptions import SigmaError, SigmaRegularExpressionError
from sigma.modifiers import reverse_modifier_mapping
from sigma.policy.profiles import SafePolicy, TrustedPolicy
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaDetections
from sigma.types import (
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    SpecialChars,
    special_char_mapping,
)

from readings import (
    NOT_SELECTIONS,
    Atom,
    Item,
    Part,
    Reading,
    Rejected,
    Tree,
    Value,
    address,
    flattened,
    string,
)

# What pySigma raises on rules it refuses. The plain Python errors are its own
# oversights: an integer where it expects the text of a field or a condition.
REFUSALS = (SigmaError, AttributeError, TypeError, ValueError)


def whole_file_refusals(documents: list[Any]) -> list[str]:
    """Why pySigma, asked as its users do, would refuse (parts of) the file; empty if it accepts it."""
    try:
        collection = SigmaCollection.from_dicts(
            copy.deepcopy(documents), collect_errors=True, resolve_references=False
        )
    except REFUSALS as error:
        return [_reason(error)]
    reasons = {_reason(error) for error in collection.errors}
    return sorted(reasons)


def read(content: Mapping[Any, Any]) -> Reading:
    """The reading of one merged document that holds a `detection` map."""
    detection: dict[Any, Any] = content["detection"]
    items: dict[str, Item | Rejected] = {}
    for name, definition in detection.items():
        if name not in NOT_SELECTIONS:
            items.update(_selection_items(str(name), definition))
    authored = detection.get("condition")
    conditions = authored if isinstance(authored, list) else [authored]
    names = [str(name) for name in detection if name not in NOT_SELECTIONS]
    return Reading(items, tuple(_condition(names, text) for text in conditions))


def _reason(error: BaseException) -> str:
    """An error in a few words, without the texts of the rule that make each one different."""
    text = " ".join(str(error).split()) or "no message"
    for cut in (" in <", " at line", "(at char", " of 'SigmaString"):
        text = text.split(cut)[0]
    if len(text) > 110:
        text = text[:110] + "…"
    return f"{type(error).__name__}: {text}"


# --- detection items -------------------------------------------------------


def _selection_items(name: str, definition: Any) -> dict[str, Item | Rejected]:
    try:
        whole = _with_either_regex_engine(
            lambda policy: SigmaDetection.from_definition(definition, policy=policy)
        )
    except REFUSALS as error:
        return dict(_item_by_item(name, definition, [], error))
    return dict(_walk(name, whole, []))


def _with_either_regex_engine(build: Any) -> SigmaDetection:
    """RE2, pySigma's default, refuses look-around; the split is the same with Python's `re`."""
    try:
        return build(SafePolicy)
    except SigmaRegularExpressionError:
        return build(TrustedPolicy)


def _walk(
    name: str, detection: SigmaDetection, path: list[int]
) -> Iterator[tuple[str, Item | Rejected]]:
    for index, child in enumerate(detection.detection_items):
        here = [*path, index]
        if isinstance(child, SigmaDetection):
            yield from _walk(name, child, here)
        else:
            yield address(name, here), _item(child)


def _item_by_item(
    name: str, definition: Any, path: list[int], error: BaseException
) -> Iterator[tuple[str, Item | Rejected]]:
    """The items of a selection that pySigma refuses as a whole: the good ones, and which are bad."""
    pieces: list[Any]
    if isinstance(definition, Mapping):
        pieces = [{key: value} for key, value in definition.items()]
    elif isinstance(definition, list) and any(isinstance(one, (dict, list)) for one in definition):
        pieces = definition
    else:
        yield address(name, [*path, 0]), Rejected(_reason(error))
        return
    if not pieces:
        yield address(name, path), Rejected(_reason(error))
    for index, piece in enumerate(pieces):
        here = [*path, index]
        try:
            built = _with_either_regex_engine(
                lambda policy, piece=piece: SigmaDetection.from_definition(piece, policy=policy)
            )
        except REFUSALS as inner:
            if isinstance(definition, Mapping):
                yield address(name, here), Rejected(_reason(inner))
            else:
                yield from _item_by_item(name, piece, here, inner)
            continue
        if isinstance(definition, Mapping):
            [only] = built.detection_items
            assert isinstance(only, SigmaDetectionItem)
            yield address(name, here), _item(only)
        else:
            yield from _walk(name, built, here)


def _item(item: SigmaDetectionItem) -> Item:
    values: list[Value] = [frozenset(_atoms(value)) for value in item.value]
    if not values and item.field is not None:
        # pySigma maps an empty list to null when it builds the condition.
        values = [frozenset({("null",)})]
    return Item(
        field=item.field,
        modifiers=tuple(reverse_modifier_mapping[one.__name__] for one in item.modifiers),
        every=item.value_linking is ConditionAND,
        negated=item.negated,
        values=tuple(values),
    )


def _atoms(value: SigmaType) -> Iterator[Atom]:
    match value:
        case SigmaExpansion():
            for inner in value.values:
                yield from _atoms(inner)
        case SigmaString():
            yield string(map(_part, value.s), isinstance(value, SigmaCasedString))
        case SigmaRegularExpression():
            flags = sorted(value.sigma_to_re_flag[flag] for flag in value.flags)
            yield ("regex", str(value.regexp), tuple(flags))
        case SigmaTimestampPart():
            yield ("timestamp", value.timestamp_part.name.lower(), value.number)
        case SigmaNumber():
            yield ("number", value.number)
        case SigmaCompareExpression(number=SigmaTimestampPart() as number):
            yield ("compare", value.op.name.lower(), number.number, number.timestamp_part.name.lower())
        case SigmaCompareExpression():
            yield ("compare", value.op.name.lower(), value.number.number, None)
        case SigmaNull():
            yield ("null",)
        case SigmaBool():
            yield ("bool", value.boolean)
        case SigmaCIDRExpression():
            yield ("cidr", str(value.network))
        case SigmaFieldReference():
            yield ("field", value.field, value.starts_with, value.ends_with)
        case SigmaExists():
            yield ("exists", value.exists)
        case _:
            raise TypeError(f"no comparable form for {type(value).__name__}")


def _part(part: str | SpecialChars | Placeholder) -> Part:
    if isinstance(part, SpecialChars):
        return ("wild", special_char_mapping[part])
    if isinstance(part, Placeholder):
        return ("placeholder", part.name)
    return part


# --- conditions ------------------------------------------------------------


def _condition(names: list[str], text: Any) -> Tree | Rejected:
    """The tree over selection names; of a legacy aggregation, of the search before the pipe."""
    if not isinstance(text, str):
        return Rejected(f"the condition is not text but {type(text).__name__}")
    search = text.split("|", 1)[0].strip()
    # Which selections there are is all that a condition's parse needs of them.
    stand_in = SigmaDetection.from_definition("any")
    try:
        detections = SigmaDetections({name: stand_in for name in names}, [search])
        [parsed] = detections.parsed_condition
        return flattened(_tree(parsed.parse(postprocess=False), detections))
    except REFUSALS as error:
        return Rejected(_reason(error))


def _tree(node: Any, detections: SigmaDetections) -> Tree:
    match node:
        case ConditionIdentifier():
            if node.identifier not in detections.detections:
                raise ValueError("the condition names a selection that does not exist")
            return {"ref": node.identifier}
        case ConditionSelector():
            chosen = [
                {"ref": one.identifier} for one in node.resolve_referenced_detections(detections)
            ]
            if not chosen:
                raise ValueError("a selector that matches no selection")
            return {"and" if node.cond_class is ConditionAND else "or": chosen}
        case ConditionNOT():
            return {"not": _tree(node.args[0], detections)}
        case ConditionAND():
            return {"and": [_tree(arg, detections) for arg in node.args]}
        case ConditionOR():
            return {"or": [_tree(arg, detections) for arg in node.args]}
        case _:
            raise TypeError(f"no comparable form for {type(node).__name__}")
