from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.task_page import TaskPage
from ...models.task_status import TaskStatus
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    status: list[TaskStatus] | Unset = UNSET,
    terminal: bool | Unset = UNSET,
    assigned_to: str | Unset = UNSET,
    unassigned: bool | Unset = UNSET,
    q: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_status: list[str] | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = []
        for status_item_data in status:
            status_item: str = status_item_data
            json_status.append(status_item)

    params["status"] = json_status

    params["terminal"] = terminal

    params["assigned_to"] = assigned_to

    params["unassigned"] = unassigned

    params["q"] = q

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/tasks",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | TaskPage:
    if response.status_code == 200:
        response_200: TaskPage = Client.load(TaskPage, response.json())

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
) -> Response[ErrorResponse | TaskPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    status: list[TaskStatus] | Unset = UNSET,
    terminal: bool | Unset = UNSET,
    assigned_to: str | Unset = UNSET,
    unassigned: bool | Unset = UNSET,
    q: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[ErrorResponse | TaskPage]:
    """List tasks, newest first

     All filters given must hold. Follow `next_cursor` for more.

    Args:
        status (list[TaskStatus] | Unset):
        terminal (bool | Unset):
        assigned_to (str | Unset):
        unassigned (bool | Unset):
        q (str | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | TaskPage]
    """

    kwargs = _get_kwargs(
        status=status,
        terminal=terminal,
        assigned_to=assigned_to,
        unassigned=unassigned,
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
    status: list[TaskStatus] | Unset = UNSET,
    terminal: bool | Unset = UNSET,
    assigned_to: str | Unset = UNSET,
    unassigned: bool | Unset = UNSET,
    q: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> ErrorResponse | TaskPage | None:
    """List tasks, newest first

     All filters given must hold. Follow `next_cursor` for more.

    Args:
        status (list[TaskStatus] | Unset):
        terminal (bool | Unset):
        assigned_to (str | Unset):
        unassigned (bool | Unset):
        q (str | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | TaskPage
    """

    return sync_detailed(
        client=client,
        status=status,
        terminal=terminal,
        assigned_to=assigned_to,
        unassigned=unassigned,
        q=q,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    status: list[TaskStatus] | Unset = UNSET,
    terminal: bool | Unset = UNSET,
    assigned_to: str | Unset = UNSET,
    unassigned: bool | Unset = UNSET,
    q: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[ErrorResponse | TaskPage]:
    """List tasks, newest first

     All filters given must hold. Follow `next_cursor` for more.

    Args:
        status (list[TaskStatus] | Unset):
        terminal (bool | Unset):
        assigned_to (str | Unset):
        unassigned (bool | Unset):
        q (str | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | TaskPage]
    """

    kwargs = _get_kwargs(
        status=status,
        terminal=terminal,
        assigned_to=assigned_to,
        unassigned=unassigned,
        q=q,
        limit=limit,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    status: list[TaskStatus] | Unset = UNSET,
    terminal: bool | Unset = UNSET,
    assigned_to: str | Unset = UNSET,
    unassigned: bool | Unset = UNSET,
    q: str | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> ErrorResponse | TaskPage | None:
    """List tasks, newest first

     All filters given must hold. Follow `next_cursor` for more.

    Args:
        status (list[TaskStatus] | Unset):
        terminal (bool | Unset):
        assigned_to (str | Unset):
        unassigned (bool | Unset):
        q (str | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | TaskPage
    """

    return (
        await asyncio_detailed(
            client=client,
            status=status,
            terminal=terminal,
            assigned_to=assigned_to,
            unassigned=unassigned,
            q=q,
            limit=limit,
            cursor=cursor,
        )
    ).parsed
