from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.create_email_identity_request import CreateEmailIdentityRequest
from ...models.email_identity import EmailIdentity
from ...models.error_response import ErrorResponse
from ...types import Response


def _get_kwargs(
    *,
    body: CreateEmailIdentityRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/channels/email/identities",
    }

    _kwargs["json"] = Client.dump(CreateEmailIdentityRequest, body)

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> EmailIdentity | ErrorResponse:
    if response.status_code == 201:
        response_201: EmailIdentity = Client.load(EmailIdentity, response.json())

        return response_201

    if response.status_code == 401:
        response_401: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_401

    if response.status_code == 403:
        response_403: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_403

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

    if response.status_code == 501:
        response_501: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_501

    if response.status_code == 503:
        response_503: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_503

    response_default: ErrorResponse = Client.load(ErrorResponse, response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[EmailIdentity | ErrorResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateEmailIdentityRequest,
) -> Response[EmailIdentity | ErrorResponse]:
    """Add a sender

     Its name is what comes after `email+` in `notify`. The only one is the default, where the
    environment sets none. What is secret is kept encrypted, and never shown again.

    Args:
        body (CreateEmailIdentityRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[EmailIdentity | ErrorResponse]
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
    body: CreateEmailIdentityRequest,
) -> EmailIdentity | ErrorResponse | None:
    """Add a sender

     Its name is what comes after `email+` in `notify`. The only one is the default, where the
    environment sets none. What is secret is kept encrypted, and never shown again.

    Args:
        body (CreateEmailIdentityRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        EmailIdentity | ErrorResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateEmailIdentityRequest,
) -> Response[EmailIdentity | ErrorResponse]:
    """Add a sender

     Its name is what comes after `email+` in `notify`. The only one is the default, where the
    environment sets none. What is secret is kept encrypted, and never shown again.

    Args:
        body (CreateEmailIdentityRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[EmailIdentity | ErrorResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: CreateEmailIdentityRequest,
) -> EmailIdentity | ErrorResponse | None:
    """Add a sender

     Its name is what comes after `email+` in `notify`. The only one is the default, where the
    environment sets none. What is secret is kept encrypted, and never shown again.

    Args:
        body (CreateEmailIdentityRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        EmailIdentity | ErrorResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
