from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.poll_result import PollResult
from ...types import UNSET, Response, Unset


def _get_kwargs(
    task_id: str,
    *,
    timeout: int | Unset = 25,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["timeout"] = timeout

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/tasks/{task_id}/poll".format(
            task_id=quote(str(task_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | PollResult:
    if response.status_code == 200:
        response_200: PollResult = Client.load(PollResult, response.json())

        return response_200

    if response.status_code == 401:
        response_401: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_401

    if response.status_code == 403:
        response_403: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_403

    if response.status_code == 404:
        response_404: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_404

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
) -> Response[ErrorResponse | PollResult]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    task_id: str,
    *,
    client: AuthenticatedClient | Client,
    timeout: int | Unset = 25,
) -> Response[ErrorResponse | PollResult]:
    """Wait for a task to settle

     Answers at once when the task is settled, else as soon as it settles, else after `timeout`
    seconds with the status it has then; ask again in that case.

    Args:
        task_id (str):
        timeout (int | Unset):  Default: 25.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | PollResult]
    """

    kwargs = _get_kwargs(
        task_id=task_id,
        timeout=timeout,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    task_id: str,
    *,
    client: AuthenticatedClient | Client,
    timeout: int | Unset = 25,
) -> ErrorResponse | PollResult | None:
    """Wait for a task to settle

     Answers at once when the task is settled, else as soon as it settles, else after `timeout`
    seconds with the status it has then; ask again in that case.

    Args:
        task_id (str):
        timeout (int | Unset):  Default: 25.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | PollResult
    """

    return sync_detailed(
        task_id=task_id,
        client=client,
        timeout=timeout,
    ).parsed


async def asyncio_detailed(
    task_id: str,
    *,
    client: AuthenticatedClient | Client,
    timeout: int | Unset = 25,
) -> Response[ErrorResponse | PollResult]:
    """Wait for a task to settle

     Answers at once when the task is settled, else as soon as it settles, else after `timeout`
    seconds with the status it has then; ask again in that case.

    Args:
        task_id (str):
        timeout (int | Unset):  Default: 25.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | PollResult]
    """

    kwargs = _get_kwargs(
        task_id=task_id,
        timeout=timeout,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    task_id: str,
    *,
    client: AuthenticatedClient | Client,
    timeout: int | Unset = 25,
) -> ErrorResponse | PollResult | None:
    """Wait for a task to settle

     Answers at once when the task is settled, else as soon as it settles, else after `timeout`
    seconds with the status it has then; ask again in that case.

    Args:
        task_id (str):
        timeout (int | Unset):  Default: 25.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | PollResult
    """

    return (
        await asyncio_detailed(
            task_id=task_id,
            client=client,
            timeout=timeout,
        )
    ).parsed
