from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.webhook_delivery import WebhookDelivery
from ...types import Response


def _get_kwargs(
    delivery_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/admin/webhook-deliveries/{delivery_id}/redeliver".format(
            delivery_id=quote(str(delivery_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | WebhookDelivery:
    if response.status_code == 200:
        response_200: WebhookDelivery = Client.load(WebhookDelivery, response.json())

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
) -> Response[ErrorResponse | WebhookDelivery]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    delivery_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[ErrorResponse | WebhookDelivery]:
    """Send a delivery again

     At once, and if need be with all retries again, whatever became of it before. The body and
    `webhook-id` stay the same, so that a receiver that had it can tell.

    Args:
        delivery_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | WebhookDelivery]
    """

    kwargs = _get_kwargs(
        delivery_id=delivery_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    delivery_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> ErrorResponse | WebhookDelivery | None:
    """Send a delivery again

     At once, and if need be with all retries again, whatever became of it before. The body and
    `webhook-id` stay the same, so that a receiver that had it can tell.

    Args:
        delivery_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | WebhookDelivery
    """

    return sync_detailed(
        delivery_id=delivery_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    delivery_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[ErrorResponse | WebhookDelivery]:
    """Send a delivery again

     At once, and if need be with all retries again, whatever became of it before. The body and
    `webhook-id` stay the same, so that a receiver that had it can tell.

    Args:
        delivery_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | WebhookDelivery]
    """

    kwargs = _get_kwargs(
        delivery_id=delivery_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    delivery_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> ErrorResponse | WebhookDelivery | None:
    """Send a delivery again

     At once, and if need be with all retries again, whatever became of it before. The body and
    `webhook-id` stay the same, so that a receiver that had it can tell.

    Args:
        delivery_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | WebhookDelivery
    """

    return (
        await asyncio_detailed(
            delivery_id=delivery_id,
            client=client,
        )
    ).parsed
