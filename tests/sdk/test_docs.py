"""Every error's `docs_url` leads to an entry of the page that the server serves."""

import pytest

from awaithumans import errors
from awaithumans.server.api import reading

CODES = sorted(
    {
        kind.default_code
        for kind in vars(errors).values()
        if isinstance(kind, type)
        and issubclass(kind, errors.AwaitHumansError)
        and kind is not errors.AwaitHumansError
    }
    | {"SERVER_URL_INVALID", "API_KEY_INVALID", "DISCOVERY_FILE_INVALID", "VALIDATION_ERROR"}
    | {"CALLBACK_URL_MISSING", "PAYLOAD_KEY_INVALID", "VERIFIER_INVALID"}
)


@pytest.mark.parametrize("code", CODES)
def test_the_page_has_an_entry_for(code: str) -> None:
    assert f'id="{code}"' in bytes(reading.page().body).decode()
