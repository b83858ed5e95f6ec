"""Senders of mail, as they are kept."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredSender:
    """A sender of mail under a name; `sealed` holds its settings, encrypted."""

    id: str
    name: str
    sender: str
    transport: str
    sealed: str = field(repr=False)
    created_at: datetime
