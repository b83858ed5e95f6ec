import pytest

from awaithumans.server.directory.model import Account
from tests.support.made import NOW, OLGA, SUE
from tests.support.use_cases import UseCases


@pytest.fixture
def cases() -> UseCases:
    """The use cases on an empty store; Sue and Olga are in the directory, Bob is not."""
    cases = UseCases()
    for actor in (SUE, OLGA):
        assert actor.user_id is not None
        account = Account(
            actor.user_id, actor.email, None, None, actor is OLGA, active=True, created_at=NOW
        )
        cases.store.rows.accounts[account.id] = account
    return cases
