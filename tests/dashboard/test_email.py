"""Senders of mail: added, tried and removed by an operator."""

import pytest

from tests.dashboard.conftest import Open
from tests.dashboard.standing_in import SENDER, Channels, refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_sender_is_added_with_its_errors_beside_their_fields(open_tab: Open):
    channels = Channels()
    wrong = {"loc": ["body", "smtp", "SmtpSettings", "host"], "msg": "is no name of a host"}
    async with open_tab() as tab:
        page = tab.page
        await channels.serve(tab)
        await tab.go("/email")
        await page.get_by_text("No sender has a name yet").wait_for()
        await page.get_by_text("can't be sent").wait_for()
        await page.get_by_role("button", name="Add a sender").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Name", exact=True).fill("support")
        await dialog.get_by_role("textbox", name="From").fill("Support <support@example.com>")
        await dialog.get_by_role("textbox", name="Server").fill("mail example com")
        await dialog.get_by_label("User name").fill("support")
        await dialog.get_by_label("Password").fill("secret")
        channels.refused = (422, refusal("VALIDATION_ERROR", "The request is wrong.", wrong))
        await page.keyboard.press("Enter")
        await dialog.get_by_text("is no name of a host").wait_for()
        host = dialog.get_by_role("textbox", name="Server")
        assert await host.get_attribute("aria-invalid") == "true"
        assert await host.evaluate("(field) => field === document.activeElement")
        assert await dialog.get_by_label("Password").input_value() == "secret"
        assert await tab.violations() == []

        channels.refused = None
        await host.fill("mail.example.com")
        await page.keyboard.press("Enter")
        await dialog.wait_for(state="hidden")
        await page.get_by_role("row").filter(has_text="support@example.com").wait_for()
    assert channels.asked[-1][2] == {
        "name": "support",
        "sender": "Support <support@example.com>",
        "transport": "smtp",
        "smtp": {
            "host": "mail.example.com",
            "port": None,
            "security": "starttls",
            "username": "support",
            "password": "secret",
        },
    }


async def test_a_sender_by_resend_needs_its_key_alone(open_tab: Open):
    channels = Channels(senders=[SENDER])
    async with open_tab() as tab:
        page = tab.page
        await channels.serve(tab)
        await tab.go("/email")
        await page.get_by_role("button", name="Add a sender").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Sends by").select_option("resend")
        assert await dialog.get_by_role("textbox", name="Server").count() == 0
        await dialog.get_by_label("Name", exact=True).fill("support")
        await dialog.get_by_role("textbox", name="From").fill("support@example.com")
        await dialog.get_by_label("API key").fill("re_1")
        channels.refused = (409, refusal("EMAIL_IDENTITY_EXISTS", "There is a sender of it."))
        await page.keyboard.press("Enter")
        await dialog.get_by_role("alert").get_by_text("There is a sender of it.").wait_for()
        channels.refused = None
        await dialog.get_by_label("Name", exact=True).fill("billing")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Remove billing").wait_for()
    assert channels.asked[-1][2]["resend"] == {"api_key": "re_1"}
    assert "smtp" not in channels.asked[-1][2]


async def test_a_test_mail_tells_what_the_mail_server_said(open_tab: Open):
    channels = Channels([SENDER], default_sender=SENDER["sender"])
    async with open_tab() as tab:
        page = tab.page
        await channels.serve(tab)
        await tab.go("/email")
        await page.get_by_label("To").fill("ann@example.com")
        await page.get_by_role("button", name="Send", exact=True).click()
        await page.get_by_text("250 2.0.0 Ok: queued").wait_for()
        channels.said = {"ok": False, "detail": "535 5.7.8 authentication failed"}
        await page.get_by_role("combobox", name="Sender").select_option("support")
        await page.get_by_role("button", name="Send", exact=True).click()
        await page.get_by_role("alert").get_by_text("535 5.7.8 authentication failed").wait_for()
    assert [body["identity"] for _, _, body in channels.asked] == [None, "support"]


async def test_a_sender_is_removed_once_that_is_confirmed(open_tab: Open):
    channels = Channels([SENDER], default_sender=SENDER["sender"])
    async with open_tab() as tab:
        page = tab.page
        await channels.serve(tab)
        await tab.go("/email")
        await page.get_by_text("Default", exact=True).wait_for()
        await page.get_by_role("button", name="Remove support").click()
        await page.get_by_role("button", name="Keep").click()
        assert channels.asked == []
        await page.get_by_role("button", name="Remove support").click()
        await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        await page.get_by_text("No sender has a name yet").wait_for()
    assert channels.asked == [("DELETE", f"/email/identities/{SENDER['id']}", None)]


async def test_senders_are_for_operators(open_tab: Open):
    async with open_tab("sue") as tab:
        await tab.go("/email")
        await tab.page.get_by_text("This page is for operators").wait_for()
        assert await tab.page.get_by_role("link", name="Email").count() == 0
