"""Senders of mail: added, tried and removed by an operator."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.dashboard.conftest import Open
from tests.dashboard.senders import add_sender, senders, without_senders
from tests.dashboard.site import Site
from tests.support.smtp import MailServer, smtp_server

pytestmark = pytest.mark.asyncio(loop_scope="session")

_LOGIN = ("support", "correct horse")


@pytest_asyncio.fixture(loop_scope="session")
async def mails(site: Site) -> AsyncIterator[MailServer]:
    """A mail server that wants a password, for a dashboard without senders."""
    without_senders(site)
    async with smtp_server(login=_LOGIN, refused_login="535 5.7.8 That is not it") as server:
        yield server


def _add(site: Site, mails: MailServer, name: str = "support", password: str = _LOGIN[1]) -> None:
    add_sender(site, mails.port, name, username=_LOGIN[0], password=password)


async def test_a_sender_is_added_with_its_errors_beside_their_fields(
    site: Site, mails: MailServer, open_tab: Open
):
    async with open_tab() as tab:
        page = tab.page
        await tab.go("/email")
        await page.get_by_text("No sender has a name yet").wait_for()
        await page.get_by_text("can't be sent").wait_for()
        await page.get_by_role("button", name="Add a sender").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Name", exact=True).fill("support")
        await dialog.get_by_role("textbox", name="From").fill("Support <support@example.com>")
        await dialog.get_by_role("textbox", name="Server").fill("mail example com")
        await dialog.get_by_label("Port").fill(str(mails.port))
        await dialog.get_by_label("Encryption").select_option("none")
        await dialog.get_by_label("User name").fill(_LOGIN[0])
        await dialog.get_by_label("Password").fill(_LOGIN[1])
        await page.keyboard.press("Enter")
        host = dialog.get_by_role("textbox", name="Server")
        await dialog.locator("[aria-invalid=true]").wait_for()
        assert await host.get_attribute("aria-invalid") == "true"
        assert await host.evaluate("(field) => field === document.activeElement")
        assert await dialog.get_by_label("Password").input_value() == _LOGIN[1]
        assert await tab.violations() == []

        await host.fill(mails.host)
        await page.keyboard.press("Enter")
        await dialog.wait_for(state="hidden")
        await page.get_by_role("row").filter(has_text="support@example.com").wait_for()
        await page.get_by_text("Default", exact=True).wait_for()
        await page.get_by_label("To").fill("ann@example.com")
        await page.get_by_role("button", name="Send", exact=True).click()
        await page.get_by_text("2.0.0 Ok: queued as MAIL1").wait_for()
    (mail,) = mails.mails
    assert (mail.sender, mail.signed_in) == ("support@example.com", True)
    assert (
        senders(site)["support"]["detail"]
        == f"{mails.host}:{mails.port}, none, signed in as support"
    )


async def test_a_sender_by_resend_needs_its_key_alone(
    site: Site, mails: MailServer, open_tab: Open
):
    _add(site, mails)
    async with open_tab() as tab:
        page = tab.page
        await tab.go("/email")
        await page.get_by_role("button", name="Add a sender").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Sends by").select_option("resend")
        assert await dialog.get_by_role("textbox", name="Server").count() == 0
        await dialog.get_by_label("Name", exact=True).fill("support")
        await dialog.get_by_role("textbox", name="From").fill("support@example.com")
        await dialog.get_by_label("API key").fill("re_1")
        await page.keyboard.press("Enter")
        await dialog.get_by_role("alert").wait_for()
        await dialog.get_by_label("Name", exact=True).fill("billing")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Remove billing").wait_for()
    assert senders(site)["billing"]["detail"] == "Resend at api.resend.com"


async def test_a_test_mail_tells_what_the_mail_server_said(
    site: Site, mails: MailServer, open_tab: Open
):
    _add(site, mails)
    _add(site, mails, "mistaken", "not the password")
    async with open_tab() as tab:
        page = tab.page
        await tab.go("/email")
        await page.get_by_text("there are several senders and none is the default").wait_for()
        await page.get_by_label("To").fill("ann@example.com")
        await page.get_by_role("combobox", name="Sender").select_option("support")
        await page.get_by_role("button", name="Send", exact=True).click()
        await page.get_by_text("2.0.0 Ok: queued as MAIL1").wait_for()
        await page.get_by_role("combobox", name="Sender").select_option("mistaken")
        await page.get_by_role("button", name="Send", exact=True).click()
        await page.get_by_role("alert").get_by_text("535 5.7.8 That is not it").wait_for()
    assert [mail.sender for mail in mails.mails] == ["support@example.com"]


async def test_a_sender_is_removed_once_that_is_confirmed(
    site: Site, mails: MailServer, open_tab: Open
):
    _add(site, mails)
    async with open_tab() as tab:
        page = tab.page
        await tab.go("/email")
        await page.get_by_text("Default", exact=True).wait_for()
        await page.get_by_role("button", name="Remove support").click()
        await page.get_by_role("button", name="Keep").click()
        assert list(senders(site)) == ["support"]
        await page.get_by_role("button", name="Remove support").click()
        await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        await page.get_by_text("No sender has a name yet").wait_for()
    assert senders(site) == {}


async def test_senders_are_for_operators(open_tab: Open):
    async with open_tab("sue") as tab:
        await tab.go("/email")
        await tab.page.get_by_text("This page is for operators").wait_for()
        assert await tab.page.get_by_role("link", name="Email").count() == 0
