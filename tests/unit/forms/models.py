"""Pydantic models as agents' authors write them."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from typing import Annotated, Any, Literal

from pydantic import AnyUrl, Base64Bytes, BaseModel, ConfigDict, Field, Json


class Approval(BaseModel):
    approved: bool
    reason: str | None = None


class Address(BaseModel):
    """Where somebody lives."""

    street: str = Field(min_length=1)
    city: str = "Berlin"


class Customer(BaseModel):
    name: str
    home: Address
    billing: Address | None = None


class Severity(enum.Enum):
    LOW = "low"
    HIGH = "high"


class Level(enum.IntEnum):
    ONE = 10
    TWO = 20


class Triage(BaseModel):
    severity: Severity
    level: Level
    again: Severity | None = None


class Verdict(BaseModel):
    verdict: Literal["pay", "hold", "refuse"]
    agreed: Literal[True]
    count: Literal[1, 2, None]


class Labelled(BaseModel):
    colour: Annotated[
        Literal["r", "g"], Field(json_schema_extra={"x-enum-labels": {"r": "Red", "g": "Green"}})
    ]


class Card(BaseModel):
    kind: Literal["card"]
    number: str = Field(pattern=r"^\d{4}$")


class Transfer(BaseModel):
    kind: Literal["transfer"] = "transfer"
    iban: str


class Payment(BaseModel):
    method: Card | Transfer = Field(discriminator="kind")
    other: Annotated[Card | Transfer, Field(discriminator="kind")] | None = None


class Refund(BaseModel):
    amount: int


class Credit(BaseModel):
    percent: float


class Remedy(BaseModel):
    remedy: Refund | Credit
    code: int | str
    note: str | list[str] | None = None


class Line(BaseModel):
    item: str
    count: int = Field(ge=1, le=99)


class Order(BaseModel):
    lines: list[Line] = Field(min_length=1)
    tags: set[str] = set()


class Scores(BaseModel):
    scores: dict[str, int]
    by_level: dict[Severity, Line] = {}


class Appointment(BaseModel):
    day: dt.date
    at: dt.time
    starts: dt.datetime
    ends: dt.datetime | None = None
    lasts: dt.timedelta


class Invoice(BaseModel):
    total: decimal.Decimal
    tax: Annotated[decimal.Decimal, Field(max_digits=6, decimal_places=2, ge=0)]
    discount: decimal.Decimal | None = None


class Limited(BaseModel):
    age: int = Field(ge=18, lt=120)
    share: float = Field(gt=0, le=1)
    dozens: int = Field(multiple_of=12)


class Letter(BaseModel):
    subject: str = Field(max_length=100)
    body: str = Field(max_length=10_000, description="The whole text")


class Upload(BaseModel):
    raw: bytes
    encoded: Base64Bytes


class Tree(BaseModel):
    value: int
    children: list[Tree] = []


class Chain(BaseModel):
    name: str
    following: Chain | None = None


class Const(BaseModel):
    kind: Literal["const"]
    value: float


class Add(BaseModel):
    kind: Literal["add"] = "add"
    left: Expression
    right: Expression


Expression = Annotated[Const | Add, Field(discriminator="kind")]


class Formula(BaseModel):
    formula: Expression


class Contact(BaseModel):
    id: uuid.UUID
    site: AnyUrl
    extra: Json[dict[str, int]]
    anything: Any = None
    pair: tuple[int, str] = (1, "a")


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first_name: str = Field(alias="firstName")
    aged: bool = True
