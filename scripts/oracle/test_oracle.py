"""Tests of the oracles on rules written for them: `python -m unittest` in this folder."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

import corpus
import dump_side
import pysigma_oracle
import recount
from readings import flattened
from recount_rule import Indicator, UnreadableCondition, indicators

RULE = r"""
title: An example
status: test
logsource: {product: windows, category: process_creation}
detection:
    selection_tool:
        Image|endswith: '\tool.exe'
        CommandLine|contains|windash: ' -run-all'
    selection_more:
        - CommandLine|base64offset|contains: plain
          Count: 7
        - 'loose word'
    filter_main:
        Image|startswith: 'C:\\Users\?\\'
        Parent: null
    timeframe: 5m
    condition: all of selection_* and not (1 of filter_* or not selection_tool)
"""


def text(*parts: Any) -> dict[str, Any]:
    return {"type": "string", "cased": False, "parts": list(parts)}


def item(selection: str, path: list[int], field: str | None, values: list[Any], *modifiers: str):
    return {
        "selection": selection,
        "path": path,
        "field": field,
        "modifiers": list(modifiers),
        "linking": "any",
        "negated": False,
        "values": values,
    }


def offsets(plain: str) -> dict[str, Any]:
    """The three base64 forms, written down from the definition rather than from pySigma."""
    whole = plain.encode()
    forms = []
    for shift, skip in ((0, 0), (1, 2), (2, 3)):
        coded = base64.b64encode(b"\0" * shift + whole).decode()
        left_over = (shift + len(whole)) % 3
        forms.append(coded[skip : len(coded) - (0, 3, 2)[left_over]])
    star = {"wild": "*"}
    return {"type": "expansion", "values": [text(star, form, star) for form in forms]}


def dump() -> dict[str, Any]:
    """What a correct reading of RULE dumps."""
    star, dash = {"wild": "*"}, {"wild": "dash"}
    return {
        "path": "rules/a.yml",
        "document": 0,
        "items": [
            item("selection_tool", [0], "Image", [text(star, "\\tool.exe")], "endswith"),
            item(
                "selection_tool",
                [1],
                "CommandLine",
                [text(star, " ", dash, "run-all", star)],
                "contains",
                "windash",
            ),
            item("selection_more", [0, 0], "CommandLine", [offsets("plain")],
                 "base64offset", "contains"),
            item("selection_more", [0, 1], "Count", [{"type": "number", "value": 7}]),
            item("selection_more", [1, 0], None, [text("loose word")]),
            item("filter_main", [0], "Image", [text("C:\\Users?\\", star)], "startswith"),
            item("filter_main", [1], "Parent", [{"type": "null"}]),
        ],
        "conditions": [
            {
                "and": [
                    {"and": [{"ref": "selection_tool"}, {"ref": "selection_more"}]},
                    {"not": {"or": [{"ref": "filter_main"}, {"not": {"ref": "selection_tool"}}]}},
                ]
            }
        ],
    }


class Corpus(unittest.TestCase):
    """A folder `rules` to write rule files into."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "rules"
        self.root.mkdir()

    def write(self, name: str, content: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")


class PySigmaTest(Corpus):
    def differences(self, record: dict[str, Any]) -> list[str]:
        self.write("a.yml", RULE)
        oracle = pysigma_oracle.consult([self.root])
        ours = dump_side.read([json.dumps(record)])
        return [one.item for one in pysigma_oracle.compare(oracle.readings, ours).differences]

    def test_a_correct_dump_agrees(self) -> None:
        self.assertEqual(self.differences(dump()), [])

    def test_pysigma_agrees_with_itself(self) -> None:
        self.write("a.yml", RULE)
        oracle = pysigma_oracle.consult([self.root])
        lines = [dump_side.line(p, d, reading) for (p, d), reading in oracle.readings.items()]
        compared = pysigma_oracle.compare(oracle.readings, dump_side.read(lines))
        self.assertEqual(compared.differences, [])
        self.assertEqual(compared.counts["values"], 7)

    def test_every_kind_of_mistake_is_seen(self) -> None:
        star = {"wild": "*"}
        mistakes: list[tuple[str, Any, str]] = [
            ("literal", lambda d: d["items"][0].update(values=[text(star, "tool.exe")]),
             "selection_tool[0] value 0"),
            ("one dash only", lambda d: d["items"][1].update(
                values=[text(star, " -run-all", star)]), "selection_tool[1] value 0"),
            ("both dashes", lambda d: d["items"][1].update(
                values=[text(star, " ", {"wild": "dash"}, "run", {"wild": "dash"}, "all", star)]),
             "selection_tool[1] value 0"),
            ("base64 of one offset", lambda d: d["items"][2]["values"][0]["values"].pop(),
             "selection_more[0][0] value 0"),
            ("text for a number", lambda d: d["items"][3].update(values=[text("7")]),
             "selection_more[0][1] value 0"),
            ("case", lambda d: d["items"][4]["values"][0].update(cased=True),
             "selection_more[1][0] value 0"),
            ("escape", lambda d: d["items"][5].update(
                values=[text("C:\\Users", {"wild": "?"}, "\\", star)]), "filter_main[0] value 0"),
            ("field", lambda d: d["items"][6].update(field="parent"), "filter_main[1] field"),
            ("negated", lambda d: d["items"][6].update(negated=True), "filter_main[1] negated"),
            ("lost item", lambda d: d["items"].pop(), "filter_main[1]"),
            ("lost condition", lambda d: d["conditions"].pop(), "condition 0"),
            ("and for or", lambda d: d["conditions"][0]["and"][1]["not"].update(
                {"and": d["conditions"][0]["and"][1]["not"].pop("or")}), "condition 0"),
            ("lost document", lambda d: d.update(document=1), "document"),
        ]
        for name, spoil, expected in mistakes:
            with self.subTest(name):
                record = dump()
                spoil(record)
                self.assertEqual(self.differences(record), [expected])

    def test_report_wants_differences_explained_and_explanations_current(self) -> None:
        explained = self.root.parent / "explained.tsv"
        one = pysigma_oracle.Difference("rules/a.yml", "selection[0] value 0", "ours", "theirs")
        compared = pysigma_oracle.Compared(differences=[one])
        before = pysigma_oracle.EXPLAINED
        self.addCleanup(setattr, pysigma_oracle, "EXPLAINED", before)
        pysigma_oracle.EXPLAINED = explained
        row = f"{one.path}\t{one.item}\tbecause\n"
        other = "".join(f"rules/b.yml\tselection[{n}]\tbecause\n" for n in range(21))
        for rows, differences, fine in (
            ("", [], True),
            ("", [one], False),
            (row, [one], True),
            (row, [], False),
            (row + other, [one], False),
        ):
            explained.write_text("path\titem\treason\n" + rows, "utf-8")
            compared.differences = differences
            with contextlib.redirect_stdout(io.StringIO()):
                self.assertEqual(pysigma_oracle.report(compared), fine)

    def test_a_bad_rule_hides_only_itself(self) -> None:
        self.write("bad.yml", RULE.replace("Count: 7", "Count|nonsense: 7") + "id: 5\n")
        self.write("tab.yml", "detection:\n\ta: b\n")
        oracle = pysigma_oracle.consult([self.root])
        self.assertEqual(list(oracle.unreadable), ["rules/tab.yml"])
        self.assertEqual(sum(map(len, oracle.refused_items.values())), 1)
        [reading] = oracle.readings.values()
        self.assertEqual(len(reading.items), 7)

    def test_flattening(self) -> None:
        a, b, c = ({"ref": name} for name in "abc")
        self.assertEqual(flattened({"and": [c, {"and": [b, a]}]}), {"and": [a, b, c]})
        self.assertEqual(flattened({"or": [{"and": [a]}, {"or": [b, c]}]}), {"or": [a, b, c]})
        self.assertEqual(flattened({"and": [{"or": [a]}]}), a)
        self.assertNotEqual(flattened({"and": [a, {"or": [b, c]}]}), flattened({"and": [a, b, c]}))

    def test_actions(self) -> None:
        documents = [
            {"action": "global", "status": "test", "detection": {"condition": "x"}},
            {"detection": {"x": 1, "condition": "lost"}},
            None,
            {"action": "reset"},
            {"detection": {"y": 1}},
        ]
        merged = list(corpus.merged_documents(documents))
        self.assertEqual([one.index for one in merged], [1, 4])
        self.assertEqual(merged[0].content["detection"], {"x": 1, "condition": "x"})
        self.assertEqual(merged[0].content["status"], "test")
        self.assertEqual(merged[1].content, {"detection": {"y": 1}})


class RecountTest(Corpus):
    def found(self, condition: str, **selections: Any) -> set[tuple[str, str, str]]:
        rows = indicators({**selections, "condition": condition}, lambda name: name)
        return {(one.field, one.kind, one.value) for one in rows}

    def test_kinds(self) -> None:
        cases: list[tuple[str, Any, str, str]] = [
            ("F", "Plain", "eq", "plain"),
            ("F", "", "eq", ""),
            ("F", 4624, "eq", "4624"),
            ("F", True, "eq", "true"),
            ("F", None, "is_null", ""),
            ("F", "*", "is_not_null", ""),
            ("F", r"*\X", "ends_with", "\\x"),
            ("F", "X*", "starts_with", "x"),
            ("F", "*X*", "match", "x"),
            ("F", r"a\*b", "eq", "a*b"),
            ("F", r"\\\\host\\", "eq", "\\\\host\\"),
            ("F", r"\\host\share", "eq", "\\host\\share"),
            ("F", "a*b", "wildcard", "a*b"),
            ("F|contains", "a?b", "wildcard", "*a?b*"),
            ("F|contains", "*X", "match", "x"),
            ("F|contains|windash", " -X", "match", " -x"),
            ("F|base64offset|contains", "Http", "match", "http"),
            ("F|re", "^A.*", "regex_match", "^a.*"),
            ("F|cidr", "10.0.0.0/8", "cidr", "10.0.0.0/8"),
            ("F|gte", 5, "ge", "5"),
            ("F|exists", True, "is_not_null", ""),
            ("F|exists", False, "is_null", ""),
            ("F|fieldref", "G", "field_eq", "g"),
        ]
        for key, value, kind, folded in cases:
            with self.subTest(key=key, value=value):
                self.assertEqual(self.found("s", s={key: value}), {("F", kind, folded)})
        self.assertEqual(self.found("s", s=["A", "b*c"]),
                         {("", "keyword", "a"), ("", "keyword", "b*c")})
        # A keyword stands anywhere: `*` at its ends says nothing; one open end alone does.
        self.assertEqual(self.found("s", s=["*A*", "*b*c", "*"]),
                         {("", "keyword", "a"), ("", "keyword", "b*c"), ("", "keyword", "")})
        self.assertEqual(self.found("s", s={"|contains": "A"}), {("", "keyword", "a")})
        self.assertEqual(self.found("s", s={"|startswith": "A"}), {("", "starts_with", "a")})

    def test_polarity(self) -> None:
        both = {"selection": {"A": "1"}, "filter_x": {"B": "2"}, "filter_y": [{"C": "3"}]}
        a, b, c = ("A", "eq", "1"), ("B", "eq", "2"), ("C", "eq", "3")
        for condition, expected in (
            ("selection and not 1 of filter_*", {a}),
            ("selection and not (filter_x or not filter_y)", {a, c}),
            ("selection", {a}),
            ("not not selection", {a}),
            ("1 of them", {a, b, c}),
            ("(selection and filter_x) or (selection and not filter_x)", {a, b}),
            ("selection | count() by A > 5", {a}),
        ):
            with self.subTest(condition):
                self.assertEqual(self.found(condition, **both), expected)
        self.assertEqual(self.found("s", s={"A|neq": "1", "B": "2"}), {b})
        self.assertEqual(self.found("not s", s={"A|neq": "1", "B": "2"}), {a})
        self.assertEqual(self.found("1 of them", _hidden={"A": "1"}, s={"B": "2"}), {b})

    def test_unreadable_conditions(self) -> None:
        for condition in ("s and", "(s", "s s", "s > 5", "and"):
            with self.subTest(condition), self.assertRaises(UnreadableCondition):
                self.found(condition, s={"A": "1"})

    def test_counts_are_of_active_rules(self) -> None:
        rule = "title: T\nstatus: {}\ndetection:\n  s:\n    {}: X\n  condition: s\n"
        twice = rule.format("test", "newprocessname").replace(
            "  condition", "  t:\n    Image: x\n  condition"
        )
        self.write("a.yml", twice.replace("condition: s", "condition: s or t"))
        self.write("b.yml", rule.format("stable", "image"))
        self.write("c.yml", rule.format("deprecated", "Image"))
        self.write("old/_deprecated/d.yml", rule.format("test", "Image"))
        result = recount.recount([("sigma", self.root), ("other", self.root)], recount.FieldNames.from_tables(recount.TABLES))
        indicator = Indicator("Image", "eq", "x")
        self.assertEqual(result.vendors(indicator), {"sigma": 2, "other": 2})
        self.assertEqual((len(result.rules), result.deprecated), (4, 4))

    def test_comparing_with_a_binary(self) -> None:
        self.write("a.yml", RULE)
        binary = self.root.parent / "binary"
        script = Path(recount.__file__)
        for corpus_count, code in ((1, 0), (2, 1)):
            binary.write_text(
                f"#!{sys.executable}\nimport json\n"
                f"print(json.dumps({{'corpus': {corpus_count}, 'vendors': {{'sigma': 1}}}}))\n",
                "utf-8",
            )
            binary.chmod(0o755)
            done = subprocess.run(
                [sys.executable, str(script), "--sources", f"sigma={self.root}",
                 "--binary", str(binary), "--sample", "3"],
                capture_output=True,
                text=True,
            )
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            self.assertIn("compared 3 indicators", done.stdout)


if __name__ == "__main__":
    unittest.main()
