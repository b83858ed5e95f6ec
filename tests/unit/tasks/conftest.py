import pytest

from tests.support.made import an_account
from tests.support.use_cases import UseCases


@pytest.fixture
def cases() -> UseCases:
    """The use cases on an empty store; Sue and Olga are in the directory, Bob is not."""
    cases = UseCases()
    for account in (an_account("sue"), an_account("olga", is_operator=True)):
        cases.store.rows.accounts[account.id] = account
    return cases
