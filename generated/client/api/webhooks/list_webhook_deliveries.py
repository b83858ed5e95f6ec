from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.delivery_kind import DeliveryKind
from ...models.delivery_status import DeliveryStatus
from ...models.error_response import ErrorResponse
from ...models.webhook_delivery_page import WebhookDeliveryPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    task_id: str | Unset = UNSET,
    kind: DeliveryKind | Unset = UNSET,
    status: DeliveryStatus | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["task_id"] = task_id

    json_kind: str | Unset = UNSET
    if not isinstance(kind, Unset):
        json_kind = kind

    params["kind"] = json_kind

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status

    params["status"] = json_status

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/admin/webhook-deliveries",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | WebhookDeliveryPage:
    if response.status_code == 200:
        response_200: WebhookDeliveryPage = Client.load(
            WebhookDeliveryPage, response.json()
        )

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
) -> Response[ErrorResponse | WebhookDeliveryPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    task_id: str | Unset = UNSET,
    kind: DeliveryKind | Unset = UNSET,
    status: DeliveryStatus | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[ErrorResponse | WebhookDeliveryPage]:
    """List what was sent, newest first

     All filters given must hold. Follow `next_cursor` for more.

    Args:
        task_id (str | Unset):
        kind (DeliveryKind | Unset): `webhook`: a result to `callback_url`. `email`, `slack`: a
            message that asks somebody.
            `slack_update`: a message in Slack is written again. `verification`: a model is asked.
        status (DeliveryStatus | Unset): `pending`: to be sent, or to be tried again. `delivered`:
            the receiver took it. `abandoned`:
            it did not within three days, or said that it never will. `skipped`: nobody needed it any
            more when its time came.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | WebhookDeliveryPage]
    """

    kwargs = _get_kwargs(
        task_id=task_id,
        kind=kind,
        status=status,
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
    task_id: str | Unset = UNSET,
    kind: DeliveryKind | Unset = UNSET,
    status: DeliveryStatus | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> ErrorResponse | WebhookDeliveryPage | None:
    """List what was sent, newest first

     All filters given must hold. Follow `next_cursor` for more.

    Args:
        task_id (str | Unset):
        kind (DeliveryKind | Unset): `webhook`: a result to `callback_url`. `email`, `slack`: a
            message that asks somebody.
            `slack_update`: a message in Slack is written again. `verification`: a model is asked.
        status (DeliveryStatus | Unset): `pending`: to be sent, or to be tried again. `delivered`:
            the receiver took it. `abandoned`:
            it did not within three days, or said that it never will. `skipped`: nobody needed it any
            more when its time came.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | WebhookDeliveryPage
    """

    return sync_detailed(
        client=client,
        task_id=task_id,
        kind=kind,
        status=status,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    task_id: str | Unset = UNSET,
    kind: DeliveryKind | Unset = UNSET,
    status: DeliveryStatus | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[ErrorResponse | WebhookDeliveryPage]:
    """List what was sent, newest first

     All filters given must hold. Follow `next_cursor` for more.

    Args:
        task_id (str | Unset):
        kind (DeliveryKind | Unset): `webhook`: a result to `callback_url`. `email`, `slack`: a
            message that asks somebody.
            `slack_update`: a message in Slack is written again. `verification`: a model is asked.
        status (DeliveryStatus | Unset): `pending`: to be sent, or to be tried again. `delivered`:
            the receiver took it. `abandoned`:
            it did not within three days, or said that it never will. `skipped`: nobody needed it any
            more when its time came.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | WebhookDeliveryPage]
    """

    kwargs = _get_kwargs(
        task_id=task_id,
        kind=kind,
        status=status,
        limit=limit,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    task_id: str | Unset = UNSET,
    kind: DeliveryKind | Unset = UNSET,
    status: DeliveryStatus | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> ErrorResponse | WebhookDeliveryPage | None:
    """List what was sent, newest first

     All filters given must hold. Follow `next_cursor` for more.

    Args:
        task_id (str | Unset):
        kind (DeliveryKind | Unset): `webhook`: a result to `callback_url`. `email`, `slack`: a
            message that asks somebody.
            `slack_update`: a message in Slack is written again. `verification`: a model is asked.
        status (DeliveryStatus | Unset): `pending`: to be sent, or to be tried again. `delivered`:
            the receiver took it. `abandoned`:
            it did not within three days, or said that it never will. `skipped`: nobody needed it any
            more when its time came.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | WebhookDeliveryPage
    """

    return (
        await asyncio_detailed(
            client=client,
            task_id=task_id,
            kind=kind,
            status=status,
            limit=limit,
            cursor=cursor,
        )
    ).parsed
