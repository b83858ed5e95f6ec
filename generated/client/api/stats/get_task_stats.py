from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.task_stats import TaskStats
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    window_days: int | Unset = 30,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["window_days"] = window_days

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/stats/tasks",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | TaskStats:
    if response.status_code == 200:
        response_200: TaskStats = Client.load(TaskStats, response.json())

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
) -> Response[ErrorResponse | TaskStats]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    window_days: int | Unset = 30,
) -> Response[ErrorResponse | TaskStats]:
    """Count tasks and answers

     Counts of a window of days that ends with today, in UTC. What was counted a few seconds ago
    may be given again.

    Args:
        window_days (int | Unset):  Default: 30.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | TaskStats]
    """

    kwargs = _get_kwargs(
        window_days=window_days,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    window_days: int | Unset = 30,
) -> ErrorResponse | TaskStats | None:
    """Count tasks and answers

     Counts of a window of days that ends with today, in UTC. What was counted a few seconds ago
    may be given again.

    Args:
        window_days (int | Unset):  Default: 30.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | TaskStats
    """

    return sync_detailed(
        client=client,
        window_days=window_days,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    window_days: int | Unset = 30,
) -> Response[ErrorResponse | TaskStats]:
    """Count tasks and answers

     Counts of a window of days that ends with today, in UTC. What was counted a few seconds ago
    may be given again.

    Args:
        window_days (int | Unset):  Default: 30.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | TaskStats]
    """

    kwargs = _get_kwargs(
        window_days=window_days,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    window_days: int | Unset = 30,
) -> ErrorResponse | TaskStats | None:
    """Count tasks and answers

     Counts of a window of days that ends with today, in UTC. What was counted a few seconds ago
    may be given again.

    Args:
        window_days (int | Unset):  Default: 30.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | TaskStats
    """

    return (
        await asyncio_detailed(
            client=client,
            window_days=window_days,
        )
    ).parsed
