"""Senders of mail on a server that runs."""

from typing import Any

from tests.dashboard.site import Site

_PATH = "/api/channels/email/identities"


def senders(site: Site) -> dict[str, dict[str, Any]]:
    """Return the senders that there are, by name."""
    return {one["name"]: one for one in site.agent.get(_PATH).json()["items"]}


def without_senders(site: Site) -> None:
    """Remove them all."""
    for sender in senders(site).values():
        site.agent.delete(f"{_PATH}/{sender['id']}").raise_for_status()


def add_sender(site: Site, port: int, name: str = "support", **signing_in: str) -> None:
    """Add one that hands its mails over to this port."""
    smtp = {"host": "127.0.0.1", "port": port, "security": "none", **signing_in}
    sender = {"name": name, "sender": f"{name.title()} <{name}@example.com>"}
    made = site.agent.post(_PATH, json=sender | {"transport": "smtp", "smtp": smtp})
    assert made.status_code == 201, made.text
