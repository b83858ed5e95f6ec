from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...types import UNSET, Response


def _get_kwargs(
    token: str,
    *,
    choice: int,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["choice"] = choice

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/channels/email/action/{token}".format(
            token=quote(str(token), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | str:
    if response.status_code == 200:
        response_200 = response.text
        return response_200

    if response.status_code == 403:
        response_403 = response.text
        return response_403

    if response.status_code == 404:
        response_404 = response.text
        return response_404

    if response.status_code == 409:
        response_409 = response.text
        return response_409

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
) -> Response[ErrorResponse | str]:
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
    choice: int,
) -> Response[ErrorResponse | str]:
    """Confirm the answer of a button in a mail

     Answers the task as the person whom the mail was sent to, and uses the link up; the page
    says what became of it. A body is not read. A link works once, until the task's deadline,
    and for a day at most; the same answer by the same link once more changes nothing, and gets
    the same page.

    Args:
        token (str):
        choice (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | str]
    """

    kwargs = _get_kwargs(
        token=token,
        choice=choice,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    token: str,
    *,
    client: AuthenticatedClient | Client,
    choice: int,
) -> ErrorResponse | str | None:
    """Confirm the answer of a button in a mail

     Answers the task as the person whom the mail was sent to, and uses the link up; the page
    says what became of it. A body is not read. A link works once, until the task's deadline,
    and for a day at most; the same answer by the same link once more changes nothing, and gets
    the same page.

    Args:
        token (str):
        choice (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | str
    """

    return sync_detailed(
        token=token,
        client=client,
        choice=choice,
    ).parsed


async def asyncio_detailed(
    token: str,
    *,
    client: AuthenticatedClient | Client,
    choice: int,
) -> Response[ErrorResponse | str]:
    """Confirm the answer of a button in a mail

     Answers the task as the person whom the mail was sent to, and uses the link up; the page
    says what became of it. A body is not read. A link works once, until the task's deadline,
    and for a day at most; the same answer by the same link once more changes nothing, and gets
    the same page.

    Args:
        token (str):
        choice (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | str]
    """

    kwargs = _get_kwargs(
        token=token,
        choice=choice,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    token: str,
    *,
    client: AuthenticatedClient | Client,
    choice: int,
) -> ErrorResponse | str | None:
    """Confirm the answer of a button in a mail

     Answers the task as the person whom the mail was sent to, and uses the link up; the page
    says what became of it. A body is not read. A link works once, until the task's deadline,
    and for a day at most; the same answer by the same link once more changes nothing, and gets
    the same page.

    Args:
        token (str):
        choice (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | str
    """

    return (
        await asyncio_detailed(
            token=token,
            client=client,
            choice=choice,
        )
    ).parsed
