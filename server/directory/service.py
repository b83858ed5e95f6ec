"""The use cases of the directory: each is one transaction.

Whatever takes rights from a person ends their sessions in the same transaction, so that their next
request is refused wherever it arrives.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..clock import Clock
from ..errors import LastOperator, UserAlreadyExists, UserNoAddress, UserNotFound
from ..ids import is_id, new_id
from .model import Account, Filter
from .ports import Hasher, Reader, Store, Writer


class Directory:
    """What can be done with people.

    Args:
        store: Where they are kept.
        passwords: Who hashes passwords.
        clock: What time it is.
    """

    def __init__(self, store: Store, passwords: Hasher, clock: Clock) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock

    async def add(self, given: Mapping[str, Any], password: str | None = None) -> Account:
        """Add a person.

        Args:
            given: Fields of `Account`, without its id, times and password.
            password: With which they can sign in, if they may.

        Raises:
            UserNoAddress: There is no way to reach them, or to sign in with the password.
            UserAlreadyExists: Somebody has the address.
        """
        now = self._clock.now()
        account = Account(new_id("usr", now), created_at=now, updated_at=now, **given)
        _check_address(account)
        if password is not None:
            _check_sign_in(account)
            account = replace(account, password_hash=await self._passwords.hash(password))

        def work(tx: Writer) -> None:
            if tx.address_taken(account):
                raise UserAlreadyExists
            tx.add_account(account)

        await self._store.write(work)
        return account

    async def get(self, user_id: str) -> Account:
        """Return one person.

        Raises:
            UserNotFound: There is nobody with this id.
        """
        return await self._store.read(lambda tx: _account(tx, user_id))

    async def page(self, wanted: Filter) -> tuple[list[Account], str | None]:
        """Return a page of people, newest first, and the next page's cursor, if there is one."""
        one_more = replace(wanted, limit=wanted.limit + 1)
        found = await self._store.read(lambda tx: tx.accounts(one_more))
        page = found[: wanted.limit]
        return page, page[-1].id if len(found) > wanted.limit else None

    async def change(self, user_id: str, changes: Mapping[str, Any]) -> Account:
        """Change fields of a person; who loses rights loses their sessions too.

        Raises:
            UserNotFound: There is nobody with this id.
            UserNoAddress: There would be no way to reach them.
            UserAlreadyExists: Somebody else has the address.
            LastOperator: There would be no active operator any more.
        """

        def work(tx: Writer) -> Account:
            before = _account(tx, user_id)
            after = replace(before, **changes, updated_at=self._clock.now())
            _check_address(after)
            if tx.address_taken(after):
                raise UserAlreadyExists
            loses_address = before.email is not None and after.email is None
            if before.operates and (not after.operates or loses_address):
                _keep_an_operator(tx, user_id)
            tx.save_account(after)
            demoted = before.is_operator and not after.is_operator
            if demoted or not after.active:
                tx.end_access(user_id)
            return after

        return await self._store.write(work)

    async def set_password(self, user_id: str, password: str) -> None:
        """Give a person a new password, and end their sessions.

        Raises:
            UserNotFound: There is nobody with this id.
            UserNoAddress: They have no email address to sign in with.
        """
        kept = await self._passwords.hash(password)

        def work(tx: Writer) -> None:
            before = _account(tx, user_id)
            _check_sign_in(before)
            self._keep_password(tx, before, kept)

        await self._store.write(work)

    async def remove_password(self, user_id: str) -> None:
        """Take a person's password away, and end their sessions.

        Raises:
            UserNotFound: There is nobody with this id.
            LastOperator: It is the last active operator.
        """

        def work(tx: Writer) -> None:
            before = _account(tx, user_id)
            if before.operates:
                _keep_an_operator(tx, user_id)
            self._keep_password(tx, before, None)

        await self._store.write(work)

    async def remove(self, user_id: str) -> None:
        """Remove a person.

        Raises:
            UserNotFound: There is nobody with this id.
            LastOperator: It is the last active operator.
        """

        def work(tx: Writer) -> None:
            if _account(tx, user_id).operates:
                _keep_an_operator(tx, user_id)
            tx.delete_account(user_id)

        await self._store.write(work)

    def _keep_password(self, tx: Writer, before: Account, kept: str | None) -> None:
        tx.save_account(replace(before, password_hash=kept, updated_at=self._clock.now()))
        tx.end_access(before.id)


def _account(tx: Reader, user_id: str) -> Account:
    account = tx.account(user_id) if is_id(user_id, "usr") else None
    if account is None:
        raise UserNotFound
    return account


def _keep_an_operator(tx: Writer, user_id: str) -> None:
    if not tx.another_operator(user_id):
        raise LastOperator


def _check_address(account: Account) -> None:
    if account.slack_team_id is not None and account.slack_user_id is None:
        raise UserNoAddress("A Slack workspace alone is no address. Give a slack_user_id too.")
    if account.email is None and account.slack_user_id is None:
        raise UserNoAddress(
            "A person needs an email address or a Slack user id to be reached. Give one."
        )


def _check_sign_in(account: Account) -> None:
    if account.email is None:
        raise UserNoAddress(
            "A person signs in with an email address, and this one has none. Give one first."
        )
