from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...models.complete_task_request import CompleteTaskRequest
from ...models.error_response import ErrorResponse
from ...models.task import Task
from ...types import UNSET, Response, Unset


def _get_kwargs(
    task_id: str,
    *,
    body: CompleteTaskRequest,
    wait: int | Unset = 25,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["wait"] = wait

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/tasks/{task_id}/complete".format(
            task_id=quote(str(task_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["json"] = Client.dump(CompleteTaskRequest, body)

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | Task:
    if response.status_code == 200:
        response_200: Task = Client.load(Task, response.json())

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

    if response.status_code == 409:
        response_409: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_409

    if response.status_code == 413:
        response_413: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_413

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
) -> Response[ErrorResponse | Task]:
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
    body: CompleteTaskRequest,
    wait: int | Unset = 25,
) -> Response[ErrorResponse | Task]:
    """Answer a task

     The answer must satisfy the task's `response_schema` and arrive before its deadline. One
    answer wins; any other is refused. Where the task has a verifier, the answer is stored, the
    task is `submitted`, and the verdict follows; it is waited for as long as `wait` says.

    Args:
        task_id (str):
        wait (int | Unset):  Default: 25.
        body (CompleteTaskRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | Task]
    """

    kwargs = _get_kwargs(
        task_id=task_id,
        body=body,
        wait=wait,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    task_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CompleteTaskRequest,
    wait: int | Unset = 25,
) -> ErrorResponse | Task | None:
    """Answer a task

     The answer must satisfy the task's `response_schema` and arrive before its deadline. One
    answer wins; any other is refused. Where the task has a verifier, the answer is stored, the
    task is `submitted`, and the verdict follows; it is waited for as long as `wait` says.

    Args:
        task_id (str):
        wait (int | Unset):  Default: 25.
        body (CompleteTaskRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | Task
    """

    return sync_detailed(
        task_id=task_id,
        client=client,
        body=body,
        wait=wait,
    ).parsed


async def asyncio_detailed(
    task_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CompleteTaskRequest,
    wait: int | Unset = 25,
) -> Response[ErrorResponse | Task]:
    """Answer a task

     The answer must satisfy the task's `response_schema` and arrive before its deadline. One
    answer wins; any other is refused. Where the task has a verifier, the answer is stored, the
    task is `submitted`, and the verdict follows; it is waited for as long as `wait` says.

    Args:
        task_id (str):
        wait (int | Unset):  Default: 25.
        body (CompleteTaskRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | Task]
    """

    kwargs = _get_kwargs(
        task_id=task_id,
        body=body,
        wait=wait,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    task_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CompleteTaskRequest,
    wait: int | Unset = 25,
) -> ErrorResponse | Task | None:
    """Answer a task

     The answer must satisfy the task's `response_schema` and arrive before its deadline. One
    answer wins; any other is refused. Where the task has a verifier, the answer is stored, the
    task is `submitted`, and the verdict follows; it is waited for as long as `wait` says.

    Args:
        task_id (str):
        wait (int | Unset):  Default: 25.
        body (CompleteTaskRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | Task
    """

    return (
        await asyncio_detailed(
            task_id=task_id,
            client=client,
            body=body,
            wait=wait,
        )
    ).parsed
