from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.json_object import JsonObject
from ...models.slack_interaction import SlackInteraction
from ...types import Response


def _get_kwargs(
    *,
    body: SlackInteraction,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/channels/slack/interactions",
    }

    _kwargs["data"] = body.to_dict()
    headers["Content-Type"] = "application/x-www-form-urlencoded"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | JsonObject:
    if response.status_code == 200:
        response_200: JsonObject = Client.load(JsonObject, response.json())

        return response_200

    if response.status_code == 401:
        response_401: ErrorResponse = Client.load(ErrorResponse, response.json())

        return response_401

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
) -> Response[ErrorResponse | JsonObject]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SlackInteraction,
) -> Response[ErrorResponse | JsonObject]:
    """What people press and send in Slack

     For Slack alone: the request has to carry its signature (`X-Slack-Signature`), made within
    the last five minutes. It is answered at once; a form, within two seconds.

    Args:
        body (SlackInteraction): What Slack sends of a press or a form.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | JsonObject]
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
    body: SlackInteraction,
) -> ErrorResponse | JsonObject | None:
    """What people press and send in Slack

     For Slack alone: the request has to carry its signature (`X-Slack-Signature`), made within
    the last five minutes. It is answered at once; a form, within two seconds.

    Args:
        body (SlackInteraction): What Slack sends of a press or a form.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | JsonObject
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SlackInteraction,
) -> Response[ErrorResponse | JsonObject]:
    """What people press and send in Slack

     For Slack alone: the request has to carry its signature (`X-Slack-Signature`), made within
    the last five minutes. It is answered at once; a form, within two seconds.

    Args:
        body (SlackInteraction): What Slack sends of a press or a form.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | JsonObject]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: SlackInteraction,
) -> ErrorResponse | JsonObject | None:
    """What people press and send in Slack

     For Slack alone: the request has to carry its signature (`X-Slack-Signature`), made within
    the last five minutes. It is answered at once; a form, within two seconds.

    Args:
        body (SlackInteraction): What Slack sends of a press or a form.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | JsonObject
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
