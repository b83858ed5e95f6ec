from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    timeout: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(last_event_id, Unset):
        headers["Last-Event-ID"] = last_event_id

    params: dict[str, Any] = {}

    params["timeout"] = timeout

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/events",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | str:
    if response.status_code == 200:
        response_200 = response.text
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
) -> Response[ErrorResponse | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    timeout: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Response[ErrorResponse | str]:
    """Hear what happens to tasks, as it happens

     Server-sent events, as browsers' `EventSource` reads them. Each `event: task` has a
    `TaskEvent` as `data`: which task, where it stands now, and what happened. It carries neither
    payload nor answer: read the task for those. The same event may come twice.

    `event: resync` says that events may be missing (the stream was away for too long, the reader
    too slow, tasks were deleted): read again whatever you show. Comments come every 15 seconds
    while nothing happens. The stream ends when the access of its caller ends.

    A reviewer hears of the tasks that are theirs or open to them, and of those that were until
    this event.

    Args:
        timeout (int | Unset):
        last_event_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | str]
    """

    kwargs = _get_kwargs(
        timeout=timeout,
        last_event_id=last_event_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    timeout: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> ErrorResponse | str | None:
    """Hear what happens to tasks, as it happens

     Server-sent events, as browsers' `EventSource` reads them. Each `event: task` has a
    `TaskEvent` as `data`: which task, where it stands now, and what happened. It carries neither
    payload nor answer: read the task for those. The same event may come twice.

    `event: resync` says that events may be missing (the stream was away for too long, the reader
    too slow, tasks were deleted): read again whatever you show. Comments come every 15 seconds
    while nothing happens. The stream ends when the access of its caller ends.

    A reviewer hears of the tasks that are theirs or open to them, and of those that were until
    this event.

    Args:
        timeout (int | Unset):
        last_event_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | str
    """

    return sync_detailed(
        client=client,
        timeout=timeout,
        last_event_id=last_event_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    timeout: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Response[ErrorResponse | str]:
    """Hear what happens to tasks, as it happens

     Server-sent events, as browsers' `EventSource` reads them. Each `event: task` has a
    `TaskEvent` as `data`: which task, where it stands now, and what happened. It carries neither
    payload nor answer: read the task for those. The same event may come twice.

    `event: resync` says that events may be missing (the stream was away for too long, the reader
    too slow, tasks were deleted): read again whatever you show. Comments come every 15 seconds
    while nothing happens. The stream ends when the access of its caller ends.

    A reviewer hears of the tasks that are theirs or open to them, and of those that were until
    this event.

    Args:
        timeout (int | Unset):
        last_event_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | str]
    """

    kwargs = _get_kwargs(
        timeout=timeout,
        last_event_id=last_event_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    timeout: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> ErrorResponse | str | None:
    """Hear what happens to tasks, as it happens

     Server-sent events, as browsers' `EventSource` reads them. Each `event: task` has a
    `TaskEvent` as `data`: which task, where it stands now, and what happened. It carries neither
    payload nor answer: read the task for those. The same event may come twice.

    `event: resync` says that events may be missing (the stream was away for too long, the reader
    too slow, tasks were deleted): read again whatever you show. Comments come every 15 seconds
    while nothing happens. The stream ends when the access of its caller ends.

    A reviewer hears of the tasks that are theirs or open to them, and of those that were until
    this event.

    Args:
        timeout (int | Unset):
        last_event_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | str
    """

    return (
        await asyncio_detailed(
            client=client,
            timeout=timeout,
            last_event_id=last_event_id,
        )
    ).parsed
