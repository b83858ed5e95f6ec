"""HTTP settings shared by every call."""

from functools import cache
from typing import Any

import httpx
from pydantic import TypeAdapter
from typing_extensions import Self


@cache
def _adapter(tp: Any) -> TypeAdapter[Any]:
    return TypeAdapter(tp)


class Client:
    """Holds one sync and one async httpx client, each built on first use.

    Other keyword arguments go to ``httpx.Client`` and ``httpx.AsyncClient`` as they are
    (``timeout``, ``verify``, ``cookies``, ``headers``, ...).
    """

    def __init__(
        self,
        base_url: str,
        *,
        raise_on_unexpected_status: bool = False,
        **httpx_args: Any,
    ) -> None:
        self.raise_on_unexpected_status = raise_on_unexpected_status
        self._httpx_args: dict[str, Any] = {"base_url": base_url, **httpx_args}
        self._client: httpx.Client | None = None
        self._async_client: httpx.AsyncClient | None = None

    @staticmethod
    def load(tp: Any, data: Any) -> Any:
        """Validate decoded JSON as ``tp``."""
        return _adapter(tp).validate_python(data)

    @staticmethod
    def dump(tp: Any, value: Any) -> Any:
        """Turn a ``tp`` into JSON-ready data, leaving out what the caller never set."""
        return _adapter(tp).dump_python(
            value, mode="json", by_alias=True, exclude_unset=True
        )

    def get_httpx_client(self) -> httpx.Client:
        """Return the sync client, building it on first use."""
        if self._client is None:
            self._client = httpx.Client(**self._httpx_args)
        return self._client

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the async client, building it on first use."""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._httpx_args)
        return self._async_client

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Use ``client`` for sync calls, with its own settings."""
        self._client = client
        return self

    def set_async_httpx_client(self, client: httpx.AsyncClient) -> Self:
        """Use ``client`` for async calls, with its own settings."""
        self._async_client = client
        return self

    def __enter__(self) -> Self:
        self.get_httpx_client().__enter__()
        return self

    def __exit__(self, *args: object) -> None:
        self.get_httpx_client().__exit__(*args)

    async def __aenter__(self) -> Self:
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(self, *args: object) -> None:
        await self.get_async_httpx_client().__aexit__(*args)


class AuthenticatedClient(Client):
    """A client that sends a bearer token with every call."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        headers: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            base_url,
            headers={**(headers or {}), "Authorization": f"Bearer {token}"},
            **kwargs,
        )
