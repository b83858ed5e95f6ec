"""Who was asked to answer by a message, and what became of it."""

import pytest

from tests.dashboard.conftest import Open
from tests.dashboard.site import JOE, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_message_that_failed_is_shown_with_the_reason_and_sent_again(
    site: Site, open_tab: Open
):
    task_id = site.ask("told to nobody", notify=["slack:#approvals", f"email:{JOE}"])
    async with open_tab() as tab:
        page = tab.page
        await tab.open_task(task_id)
        await page.get_by_text("Not everybody could be told").wait_for()
        told = page.get_by_role("region", name="Who was told")
        await told.get_by_text("slack:#approvals").first.wait_for()
        await told.get_by_text("Abandoned").first.wait_for()
        assert await tab.violations() == []
        message = site.task(task_id)["notifications"][0]
        await told.get_by_text(message["last_error"]).first.wait_for()
        async with page.expect_response(f"**/{message['delivery_id']}/redeliver") as sending:
            await told.get_by_role("button", name=f"Send again to {message['target']}").click()
        assert (await sending.value).status == 200

        await tab.go("/deliveries")
        await page.get_by_label("What").select_option("slack")
        await page.get_by_role("link", name=f"email:{JOE}").wait_for(state="hidden")
        await page.get_by_role("link", name="slack:#approvals").click()
        await page.get_by_text('"purpose": "new"').wait_for()


async def test_who_answers_sees_who_was_told_but_cannot_send_again(site: Site, open_tab: Open):
    task_id = site.ask("told to Joe", notify=[f"email:{JOE}"], assign_to={"email": JOE})
    async with open_tab("joe") as tab:
        await tab.open_task(task_id)
        told = tab.page.get_by_role("region", name="Who was told")
        await told.get_by_text(f"email:{JOE}").first.wait_for()
        assert await told.get_by_role("button").count() == 0


async def test_the_status_says_how_channels_are_set_up(site: Site, open_tab: Open):
    channels = site.agent.get("/api/status").json()["channels"]
    detail = next(each["detail"] for each in channels if each["channel"] == "slack")
    async with open_tab() as tab:
        await tab.go("/status")
        row = tab.page.get_by_role("row").filter(has_text="Slack")
        await row.get_by_text(detail).wait_for()
