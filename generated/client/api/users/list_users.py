from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.user_page import UserPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    email: str | Unset = UNSET,
    role: str | Unset = UNSET,
    access_level: str | Unset = UNSET,
    pool: str | Unset = UNSET,
    is_operator: bool | Unset = UNSET,
    active: bool | Unset = UNSET,
    q: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["email"] = email

    params["role"] = role

    params["access_level"] = access_level

    params["pool"] = pool

    params["is_operator"] = is_operator

    params["active"] = active

    params["q"] = q

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/admin/users",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | UserPage:
    if response.status_code == 200:
        response_200: UserPage = Client.load(UserPage, response.json())

        return response_200

    if response.status_code == 401:
        response_401: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_401

    if response.status_code == 403:
        response_403: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_403

    if response.status_code == 422:
        response_422: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_422

    if response.status_code == 500:
        response_500: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_500

    if response.status_code == 503:
        response_503: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_503

    response_default: ErrorResponse = Client.load(ErrorResponse, response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorResponse | UserPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    email: str | Unset = UNSET,
    role: str | Unset = UNSET,
    access_level: str | Unset = UNSET,
    pool: str | Unset = UNSET,
    is_operator: bool | Unset = UNSET,
    active: bool | Unset = UNSET,
    q: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[ErrorResponse | UserPage]:
    """List the people of the directory, newest first

     All filters given must hold. Follow `next_cursor` for more.

    Args:
        email (str | Unset): An email address.
        role (str | Unset):
        access_level (str | Unset):
        pool (str | Unset):
        is_operator (bool | Unset):
        active (bool | Unset):
        q (str | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | UserPage]
    """

    kwargs = _get_kwargs(
        email=email,
        role=role,
        access_level=access_level,
        pool=pool,
        is_operator=is_operator,
        active=active,
        q=q,
        limit=limit,
        cursor=cursor,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    email: str | Unset = UNSET,
    role: str | Unset = UNSET,
    access_level: str | Unset = UNSET,
    pool: str | Unset = UNSET,
    is_operator: bool | Unset = UNSET,
    active: bool | Unset = UNSET,
    q: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> ErrorResponse | UserPage | None:
    """List the people of the directory, newest first

     All filters given must hold. Follow `next_cursor` for more.

    Args:
        email (str | Unset): An email address.
        role (str | Unset):
        access_level (str | Unset):
        pool (str | Unset):
        is_operator (bool | Unset):
        active (bool | Unset):
        q (str | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | UserPage
    """

    return sync_detailed(
        client=client,
        email=email,
        role=role,
        access_level=access_level,
        pool=pool,
        is_operator=is_operator,
        active=active,
        q=q,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    email: str | Unset = UNSET,
    role: str | Unset = UNSET,
    access_level: str | Unset = UNSET,
    pool: str | Unset = UNSET,
    is_operator: bool | Unset = UNSET,
    active: bool | Unset = UNSET,
    q: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[ErrorResponse | UserPage]:
    """List the people of the directory, newest first

     All filters given must hold. Follow `next_cursor` for more.

    Args:
        email (str | Unset): An email address.
        role (str | Unset):
        access_level (str | Unset):
        pool (str | Unset):
        is_operator (bool | Unset):
        active (bool | Unset):
        q (str | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | UserPage]
    """

    kwargs = _get_kwargs(
        email=email,
        role=role,
        access_level=access_level,
        pool=pool,
        is_operator=is_operator,
        active=active,
        q=q,
        limit=limit,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    email: str | Unset = UNSET,
    role: str | Unset = UNSET,
    access_level: str | Unset = UNSET,
    pool: str | Unset = UNSET,
    is_operator: bool | Unset = UNSET,
    active: bool | Unset = UNSET,
    q: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> ErrorResponse | UserPage | None:
    """List the people of the directory, newest first

     All filters given must hold. Follow `next_cursor` for more.

    Args:
        email (str | Unset): An email address.
        role (str | Unset):
        access_level (str | Unset):
        pool (str | Unset):
        is_operator (bool | Unset):
        active (bool | Unset):
        q (str | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | UserPage
    """

    return (
        await asyncio_detailed(
            client=client,
            email=email,
            role=role,
            access_level=access_level,
            pool=pool,
            is_operator=is_operator,
            active=active,
            q=q,
            limit=limit,
            cursor=cursor,
        )
    ).parsed
