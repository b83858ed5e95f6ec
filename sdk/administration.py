"""The people and the keys of a server, for whoever runs it; blocking."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from awaithumans.discovery import resolve
from awaithumans.errors import RequestError
from awaithumans.operations import requesting
from awaithumans.pacing import Pace
from awaithumans.request import build_body
from awaithumans.steps import run_sync
from awaithumans.transport import (
    CREATE_KEY,
    CREATE_USER,
    DELETE_PASSWORD,
    DELETE_USER,
    GET_USER,
    LIST_KEYS,
    LIST_USERS,
    REVOKE_KEY,
    SET_PASSWORD,
    Operation,
    SyncTransport,
)
from awaithumans.wire import (
    ApiKey,
    ApiKeyScope,
    CreateApiKeyRequest,
    CreateUserRequest,
    NewApiKey,
    SetPasswordRequest,
    User,
)

T = TypeVar("T")

_PAGE = 200


class _Part:
    """Calls about one kind of thing."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport
        self._endpoint = transport.endpoint
        self._pace = Pace()

    def _ask(self, operation: Operation[T], **arguments: Any) -> T:
        steps = requesting(operation, self._endpoint, **arguments)
        return run_sync(steps, self._transport, self._pace)

    def _missing(self, code: str, message: str) -> RequestError:
        return RequestError(message, code=code, docs_url=self._endpoint.docs(code))


class Users(_Part):
    """The directory of a server, as ``Administration.users``.

    Every method raises ``RequestError`` when the server refuses, with ``USER_NOT_FOUND`` when it
    does not know the person, and ``ServerUnreachableError`` when there is no answer.
    """

    def add(
        self,
        *,
        email: str | None = None,
        slack_user_id: str | None = None,
        slack_team_id: str | None = None,
        display_name: str | None = None,
        role: str | None = None,
        access_level: str | None = None,
        pool: str | None = None,
        is_operator: bool = False,
        password: str | None = None,
    ) -> User:
        """Add a person; one of ``email`` and ``slack_user_id`` is needed.

        Args:
            email: Where they are reached; a password needs it.
            slack_user_id: Who they are in Slack, such as ``U0123ABCD``.
            slack_team_id: Of which workspace, such as ``T0123ABCD``.
            display_name: Their name.
            role: What they do, in your words.
            access_level: What they may decide, in your words.
            pool: The team they answer with, in your words.
            is_operator: Whether they run the server.
            password: At least 12 characters, to sign in with; they can't without.

        Raises:
            RequestError: ``USER_ALREADY_EXISTS``, ``USER_NO_ADDRESS``, or ``VALIDATION_ERROR``
                with the fields in ``errors``.
        """
        body = build_body(
            CreateUserRequest,
            self._endpoint,
            email=email,
            slack_user_id=slack_user_id,
            slack_team_id=slack_team_id,
            display_name=display_name,
            role=role,
            access_level=access_level,
            pool=pool,
            is_operator=is_operator,
            password=password,
        )
        return self._ask(CREATE_USER, body=body)

    def iterate(
        self,
        *,
        email: str | None = None,
        role: str | None = None,
        access_level: str | None = None,
        pool: str | None = None,
        is_operator: bool | None = None,
        active: bool | None = None,
    ) -> Iterator[User]:
        """Go through the people, newest first, fetching pages as needed.

        Args:
            email: Only the person with this address, in any case; all filters given must hold.
            role: Only people with this role.
            access_level: Only people with this access level.
            pool: Only people in this pool.
            is_operator: Only operators (True) or only reviewers (False).
            active: Only people who are active (True) or not (False).

        Yields:
            One person after the other.
        """
        cursor: str | None = None
        while True:
            page = self._ask(
                LIST_USERS,
                email=email,
                role=role,
                access_level=access_level,
                pool=pool,
                is_operator=is_operator,
                active=active,
                limit=_PAGE,
                cursor=cursor,
            )
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def find(self, who: str) -> User:
        """Return the person with this email address or id.

        Raises:
            RequestError: ``USER_NOT_FOUND``.
        """
        if "@" in who:
            for user in self.iterate(email=who):
                return user
            raise self._missing("USER_NOT_FOUND", "There is nobody with this address.")
        if who.startswith("usr_"):
            return self._ask(GET_USER, user_id=who)
        raise self._missing(
            "USER_NOT_FOUND", "A person is named by an email address or an id (usr_...)."
        )

    def set_password(self, user_id: str, password: str) -> None:
        """Set a person's password, at least 12 characters, and end their sessions."""
        body = build_body(SetPasswordRequest, self._endpoint, password=password)
        self._ask(SET_PASSWORD, user_id=user_id, body=body)

    def remove_password(self, user_id: str) -> None:
        """Take a person's password away, and end their sessions.

        Raises:
            RequestError: ``LAST_OPERATOR`` when nobody could run the server any more.
        """
        self._ask(DELETE_PASSWORD, user_id=user_id)

    def remove(self, user_id: str) -> None:
        """Remove a person, and end their sessions; what they answered keeps their name.

        Raises:
            RequestError: ``LAST_OPERATOR`` when nobody could run the server any more.
        """
        self._ask(DELETE_USER, user_id=user_id)


class Keys(_Part):
    """The API keys of a server, as ``Administration.keys``.

    Every method raises ``RequestError`` when the server refuses, with ``API_KEY_NOT_FOUND`` when it
    does not know the key, and ``ServerUnreachableError`` when there is no answer.
    """

    def create(
        self,
        name: str,
        *,
        scopes: list[ApiKeyScope] | None = None,
        expires_in_seconds: int | None = None,
    ) -> NewApiKey:
        """Make a key for an agent or a service.

        Args:
            name: Whose key it is; the history of tasks shows it.
            scopes: What it may do; by default create, read and cancel tasks.
            expires_in_seconds: How long it is good for; for ever by default.

        Returns:
            The key: ``key`` is the bearer token, and is shown this once.
        """
        body = build_body(
            CreateApiKeyRequest,
            self._endpoint,
            name=name,
            scopes=scopes,
            expires_in_seconds=expires_in_seconds,
        )
        return self._ask(CREATE_KEY, body=body)

    def list(self) -> list[ApiKey]:
        """Return all keys, newest first, without the keys themselves."""
        return self._ask(LIST_KEYS).items

    def find(self, key_id: str) -> ApiKey:
        """Return the key with this id.

        Raises:
            RequestError: ``API_KEY_NOT_FOUND``.
        """
        for key in self.list():
            if key.id == key_id:
                return key
        raise self._missing(
            "API_KEY_NOT_FOUND",
            "There is no API key with this id. It may have been revoked already.",
        )

    def revoke(self, key_id: str) -> None:
        """Revoke a key: it is refused from its next request on."""
        self._ask(REVOKE_KEY, key_id=key_id)


class Administration(AbstractContextManager["Administration"]):
    """A blocking client for the people and the keys of a server. Use it in ``with``.

    Args:
        server_url: The server; found as in ``await_human`` by default.
        api_key: The admin token, or an API key with the scope ``admin``; found as in
            ``await_human`` by default.

    Attributes:
        server_url: The server that was found.
        users: The people: add, iterate, find, remove, and their passwords.
        keys: The API keys: create, list, find, revoke.

    Raises:
        ConfigurationError: The address, the key or the discovery file cannot be used.
    """

    def __init__(self, server_url: str | None = None, api_key: str | None = None) -> None:
        self._transport = SyncTransport(resolve(server_url, api_key))
        self.server_url = self._transport.endpoint.server_url
        self.users = Users(self._transport)
        self.keys = Keys(self._transport)

    def __exit__(self, *_: object) -> None:
        self._transport.close()
