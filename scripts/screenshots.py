"""Take the pictures of docs/images from a real server with believable tasks.

Usage: python scripts/screenshots.py [folder]

With a folder, every page goes there, in both themes and both widths, to be looked at.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.dashboard.browsing import DESKTOP, PHONE, Tab, Theme, chromium, tab_of  # noqa: E402
from tests.dashboard.site import JOE, SUE, Site, people_of  # noqa: E402
from tests.support.process import ServerProcess  # noqa: E402

IMAGES = ROOT / "docs" / "images"
SIZES = {"desktop": DESKTOP, "phone": PHONE}
THEMES: tuple[Theme, ...] = ("light", "dark")

ORDER: dict[str, Any] = {
    "title": "Refund",
    "type": "object",
    "properties": {
        "customer": {"type": "string", "title": "Customer"},
        "amount": {"type": "string", "title": "Amount"},
        "reason": {"type": "string", "title": "Why"},
        "items": {
            "title": "Items",
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "article": {"type": "string", "title": "Article"},
                    "quantity": {"type": "integer", "title": "Quantity"},
                    "price": {"type": "string", "title": "Price"},
                },
            },
        },
        "first_order": {"type": "boolean", "title": "First order"},
    },
}
DECISION: dict[str, Any] = {
    "title": "Decision",
    "type": "object",
    "required": ["approved"],
    "properties": {
        "approved": {"type": "boolean", "title": "Approve the refund"},
        "amount": {
            "title": "Amount to pay back",
            "description": "Left out, all of it.",
            "anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}],
            "default": None,
        },
        "note": {"type": "string", "title": "Note to the customer", "default": ""},
    },
}
REFUND = {
    "customer": "Marta Lindqvist",
    "amount": "249.00 EUR",
    "reason": "The grinder arrived with a cracked hopper. The customer sent two photographs and "
    "asks for a refund instead of a replacement.",
    "items": [
        {"article": "Coffee grinder, steel", "quantity": 1, "price": "219.00"},
        {"article": "Cleaning brush", "quantity": 2, "price": "15.00"},
    ],
    "first_order": False,
}
HOURS = 5 * 3600 + 600
TITLES = (
    "Publish the release notes of version 4.2?",
    "Which of these two invoices is the right one?",
    "Close the account of a customer who does not answer?",
    "Translate the safety sheet: is this sentence right?",
    "Give the contractor access to the staging database?",
    "Send the weekly report to the board?",
    "Raise the credit limit of Nordlicht GmbH to 40,000 EUR?",
)
PAGES = {
    "login": "/login",
    "queue": "/?id={refund}",
    "task": "/task?id={refund}",
    "answered": "/task?id={answered}",
    "audit": "/audit?task={answered}",
    "people": "/people",
    "keys": "/keys",
    "slack": "/slack",
    "deliveries": "/deliveries",
    "analytics": "/analytics",
    "email": "/email",
    "status": "/status",
    "settings": "/settings",
    "nothing": "/nothing",
}
# Which pictures the documentation shows.
SHOWN: dict[str, tuple[str, Theme, str]] = {
    "queue-light": ("queue", "light", "desktop"),
    "queue-dark": ("queue", "dark", "desktop"),
    "task-phone": ("task", "light", "phone"),
}


def furnish(site: Site) -> dict[str, str]:
    """Make tasks as agents do, and answer some; return the ids of those that are shown."""
    holders = [None, {"email": SUE}, {"email": JOE}, None, {"email": SUE}, None, None]
    for number, (title, holder) in enumerate(zip(TITLES, holders, strict=True)):
        assigned = {"assign_to": holder} if holder else {}
        site.ask(title, timeout_seconds=(number + 1) * HOURS, **assigned)
    asked = {
        "timeout_seconds": HOURS,
        "payload": REFUND,
        "payload_schema": ORDER,
        "response_schema": DECISION,
    }
    answered = site.ask("Refund order 10422?", **asked)
    with site.as_person("sue") as sue:
        sue.post(f"/api/tasks/{answered}/claim").raise_for_status()
        body = {"response": {"approved": True, "amount": None, "note": "We are sorry."}}
        sue.post(f"/api/tasks/{answered}/complete", json=body).raise_for_status()
    return {"refund": site.ask("Refund order 10427?", **asked), "answered": answered}


async def take(tab: Tab, path: str, target: Path) -> None:
    """Open a page, wait until it stands still, and keep a picture of it."""
    await tab.go(path)
    await tab.page.get_by_role("heading").first.wait_for()
    await asyncio.sleep(0.5)
    await tab.page.screenshot(path=target, animations="disabled", caret="hide")


async def pictures(site: Site, ids: dict[str, str], wanted: dict[str, Any], folder: Path) -> None:
    """Take every picture that is wanted: by its name the page, the theme and the size."""
    async with chromium() as browser:
        for name, (page, theme, size) in wanted.items():
            who = "nobody" if page == "login" else "olga"
            async with tab_of(browser, site, who, theme, SIZES[size]) as tab:
                await take(tab, PAGES[page].format(**ids), folder / f"{name}.png")
                print(f"{folder / name}.png")


def main() -> None:
    """Start a server, fill it, and take the pictures."""
    every = {
        f"{page}-{theme}-{size}": (page, theme, size)
        for page in PAGES
        for theme in THEMES
        for size in SIZES
    }
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as home:
        server = ServerProcess(Path(home)).start()
        try:
            site = people_of(server)
            ids = furnish(site)
            (folder or IMAGES).mkdir(parents=True, exist_ok=True)
            asyncio.run(pictures(site, ids, every if folder else SHOWN, folder or IMAGES))
            site.agent.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
