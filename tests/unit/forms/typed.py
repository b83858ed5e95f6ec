"""What a person types for each of the models, and the answer that is meant."""

from typing import Any

from pydantic import BaseModel

from tests.unit.forms.models import (
    Appointment,
    Approval,
    Chain,
    Closed,
    Contact,
    Customer,
    Formula,
    Invoice,
    Labelled,
    Letter,
    Limited,
    Order,
    Payment,
    Remedy,
    Scores,
    Tree,
    Triage,
    Upload,
    Verdict,
)

ID = "12345678-1234-5678-1234-567812345678"
# What is typed: a text for what is asked at once; for a union the label first, in a tuple.
TYPED: list[tuple[type[BaseModel], dict[str, Any], dict[str, Any]]] = [
    (Approval, {"approved": "yes"}, {"approved": True}),
    (Approval, {"approved": "n", "reason": "no"}, {"approved": False, "reason": "no"}),
    (
        Customer,
        {"name": "Sue", "home": {"street": "A 1"}},
        {"name": "Sue", "home": {"street": "A 1"}},
    ),
    (
        Customer,
        {"name": "Sue", "home": {"street": "A"}, "billing": {"street": "B", "city": "C"}},
        {"name": "Sue", "home": {"street": "A"}, "billing": {"street": "B", "city": "C"}},
    ),
    (
        Triage,
        {"severity": "hi", "level": "1", "again": "low"},
        {"severity": "high", "level": 10, "again": "low"},
    ),
    (
        Verdict,
        {"verdict": "2", "agreed": "true", "count": "none"},
        {"verdict": "hold", "agreed": True, "count": None},
    ),
    (Labelled, {"colour": "gr"}, {"colour": "g"}),
    (
        Payment,
        {"method": ("Transfer", {"iban": "DE1"})},
        {"method": {"kind": "transfer", "iban": "DE1"}},
    ),
    (
        Payment,
        {"method": ("Card", {"number": "1234"}), "other": ("Transfer", {"iban": "x"})},
        {"method": {"kind": "card", "number": "1234"}, "other": {"kind": "transfer", "iban": "x"}},
    ),
    (
        Remedy,
        {"remedy": ("Credit", {"percent": "12.5"}), "code": ("whole number", "7")},
        {"remedy": {"percent": 12.5}, "code": 7},
    ),
    (
        Remedy,
        {"remedy": ("Refund", {"amount": "12"}), "code": ("text", "7"), "note": ("list", ["a"])},
        {"remedy": {"amount": 12}, "code": "7", "note": ["a"]},
    ),
    (
        Order,
        {
            "lines": [{"item": "pen", "count": "3"}, {"item": "ink", "count": "1"}],
            "tags": ["a", "b"],
        },
        {"lines": [{"item": "pen", "count": 3}, {"item": "ink", "count": 1}], "tags": ["a", "b"]},
    ),
    (
        Scores,
        {"scores": {"sue": "3"}, "by_level": {"high": {"item": "x", "count": "1"}}},
        {"scores": {"sue": 3}, "by_level": {"high": {"item": "x", "count": 1}}},
    ),
    (Scores, {"scores": {}}, {"scores": {}}),
    (
        Appointment,
        {"day": "2025-12-31", "at": "9:30", "starts": "2025-12-31 18:30+01:00", "lasts": "PT1H"},
        {
            "day": "2025-12-31",
            "at": "09:30:00",
            "starts": "2025-12-31T18:30:00+01:00",
            "lasts": "PT1H",
        },
    ),
    (
        Appointment,
        {
            "day": "2025-12-31",
            "at": "09:30:00Z",
            "starts": "2025-12-31T18:30",
            "lasts": "P1D",
            "ends": "2026-01-01T00:00:00Z",
        },
        {
            "day": "2025-12-31",
            "at": "09:30:00Z",
            "starts": "2025-12-31T18:30:00",
            "lasts": "P1D",
            "ends": "2026-01-01T00:00:00Z",
        },
    ),
    (
        Invoice,
        {"total": "12345678901234567890.10", "tax": "0.10"},
        {"total": "12345678901234567890.10", "tax": "0.10"},
    ),
    (
        Invoice,
        {"total": "-1", "tax": "1234.5", "discount": ".5"},
        {"total": "-1", "tax": "1234.5", "discount": ".5"},
    ),
    (Limited, {"age": "18", "share": "1", "dozens": "24"}, {"age": 18, "share": 1, "dozens": 24}),
    (Letter, {"subject": "Hi", "body": "A\nB"}, {"subject": "Hi", "body": "A\nB"}),
    (Upload, {"raw": "abc", "encoded": "YWJj"}, {"raw": "abc", "encoded": "YWJj"}),
    (
        Tree,
        {"value": "1", "children": [{"value": "2", "children": [{"value": "3"}]}]},
        {"value": 1, "children": [{"value": 2, "children": [{"value": 3}]}]},
    ),
    (
        Chain,
        {"name": "a", "following": {"name": "b", "following": {"name": "c"}}},
        {"name": "a", "following": {"name": "b", "following": {"name": "c"}}},
    ),
    (
        Formula,
        {
            "formula": (
                "Add",
                {"left": ("Const", {"value": "1"}), "right": ("Const", {"value": "2.5"})},
            )
        },
        {
            "formula": {
                "kind": "add",
                "left": {"kind": "const", "value": 1},
                "right": {"kind": "const", "value": 2.5},
            }
        },
    ),
    (
        Contact,
        {
            "id": ID,
            "site": "https://example.com",
            "extra": '{"a": 1}',
            "anything": "[null]",
            "pair": '[2, "b"]',
        },
        {
            "id": ID,
            "site": "https://example.com",
            "extra": '{"a": 1}',
            "anything": [None],
            "pair": [2, "b"],
        },
    ),
    (Closed, {"firstName": "Sue"}, {"firstName": "Sue"}),
]
