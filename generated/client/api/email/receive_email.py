from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.inbound_result import InboundResult
from ...types import File, Response


def _get_kwargs(
    *,
    body: File,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/channels/email/inbound",
    }

    _kwargs["content"] = body.payload
    headers["Content-Type"] = "message/rfc822"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | InboundResult:
    if response.status_code == 200:
        response_200: InboundResult = Client.load(InboundResult, response.json())

        return response_200

    if response.status_code == 401:
        response_401: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_401

    if response.status_code == 403:
        response_403: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_403

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
) -> Response[ErrorResponse | InboundResult]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: File,
) -> Response[ErrorResponse | InboundResult]:
    """Take a reply to a mail

     For a mail server's pipe, or what stands before it: the mail as it came, headers and all.
    A mail that answers no task is not an error of whoever hands it over: `accepted` is false,
    and it should not be sent again. It is taken from whom we asked alone, and out-of-office
    notes never are. An answer in plain words goes to the task's verifier.

    Args:
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | InboundResult]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: File,
) -> ErrorResponse | InboundResult | None:
    """Take a reply to a mail

     For a mail server's pipe, or what stands before it: the mail as it came, headers and all.
    A mail that answers no task is not an error of whoever hands it over: `accepted` is false,
    and it should not be sent again. It is taken from whom we asked alone, and out-of-office
    notes never are. An answer in plain words goes to the task's verifier.

    Args:
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | InboundResult
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: File,
) -> Response[ErrorResponse | InboundResult]:
    """Take a reply to a mail

     For a mail server's pipe, or what stands before it: the mail as it came, headers and all.
    A mail that answers no task is not an error of whoever hands it over: `accepted` is false,
    and it should not be sent again. It is taken from whom we asked alone, and out-of-office
    notes never are. An answer in plain words goes to the task's verifier.

    Args:
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | InboundResult]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: File,
) -> ErrorResponse | InboundResult | None:
    """Take a reply to a mail

     For a mail server's pipe, or what stands before it: the mail as it came, headers and all.
    A mail that answers no task is not an error of whoever hands it over: `accepted` is false,
    and it should not be sent again. It is taken from whom we asked alone, and out-of-office
    notes never are. An answer in plain words goes to the task's verifier.

    Args:
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | InboundResult
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
