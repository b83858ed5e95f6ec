from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.press import Press
from ...types import UNSET, Response, Unset


def _get_kwargs(
    token: str,
    *,
    body: Press | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/links/{token}".format(
            token=quote(str(token), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["data"] = body.to_dict()
    headers["Content-Type"] = "application/x-www-form-urlencoded"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ErrorResponse | str:
    if response.status_code == 303:
        response_303 = cast(Any, None)
        return response_303

    if response.status_code == 403:
        response_403 = response.text
        return response_403

    if response.status_code == 410:
        response_410 = response.text
        return response_410

    if response.status_code == 422:
        response_422 = response.text
        return response_422

    if response.status_code == 500:
        response_500: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_500

    if response.status_code == 503:
        response_503 = response.text
        return response_503

    response_default: ErrorResponse = Client.load(ErrorResponse, response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | ErrorResponse | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    token: str,
    *,
    client: AuthenticatedClient | Client,
    body: Press | Unset = UNSET,
) -> Response[Any | ErrorResponse | str]:
    """Open a task from a message

     Uses the link up, sets the cookie `awaithumans_task`, and leads to the task in the
    dashboard; a browser that has the cookie already is led there again, and so is a second
    press on the button of one page. The browser may then answer that task, as the person whom
    the message was sent to, until the task's deadline, and for a day at most.

    Args:
        token (str):
        body (Press | Unset): What the page that asks to open a task has of its own.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorResponse | str]
    """

    kwargs = _get_kwargs(
        token=token,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    token: str,
    *,
    client: AuthenticatedClient | Client,
    body: Press | Unset = UNSET,
) -> Any | ErrorResponse | str | None:
    """Open a task from a message

     Uses the link up, sets the cookie `awaithumans_task`, and leads to the task in the
    dashboard; a browser that has the cookie already is led there again, and so is a second
    press on the button of one page. The browser may then answer that task, as the person whom
    the message was sent to, until the task's deadline, and for a day at most.

    Args:
        token (str):
        body (Press | Unset): What the page that asks to open a task has of its own.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorResponse | str
    """

    return sync_detailed(
        token=token,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    token: str,
    *,
    client: AuthenticatedClient | Client,
    body: Press | Unset = UNSET,
) -> Response[Any | ErrorResponse | str]:
    """Open a task from a message

     Uses the link up, sets the cookie `awaithumans_task`, and leads to the task in the
    dashboard; a browser that has the cookie already is led there again, and so is a second
    press on the button of one page. The browser may then answer that task, as the person whom
    the message was sent to, until the task's deadline, and for a day at most.

    Args:
        token (str):
        body (Press | Unset): What the page that asks to open a task has of its own.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorResponse | str]
    """

    kwargs = _get_kwargs(
        token=token,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    token: str,
    *,
    client: AuthenticatedClient | Client,
    body: Press | Unset = UNSET,
) -> Any | ErrorResponse | str | None:
    """Open a task from a message

     Uses the link up, sets the cookie `awaithumans_task`, and leads to the task in the
    dashboard; a browser that has the cookie already is led there again, and so is a second
    press on the button of one page. The browser may then answer that task, as the person whom
    the message was sent to, until the task's deadline, and for a day at most.

    Args:
        token (str):
        body (Press | Unset): What the page that asks to open a task has of its own.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorResponse | str
    """

    return (
        await asyncio_detailed(
            token=token,
            client=client,
            body=body,
        )
    ).parsed
