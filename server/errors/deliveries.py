"""Refusals of callback URLs and of deliveries."""

from .base import Refusal


class CallbackUrlInvalid(Refusal):
    """`callback_url` is no URL that this server sends to.

    It has to begin with `http://` or `https://`, without credentials and fragment. Addresses of
    private networks are refused unless the server's `AWAITHUMANS_CALLBACK_ALLOW_PRIVATE` is `true`.
    """

    status = 422
    code = "CALLBACK_URL_INVALID"


class DeliveryNotFound(Refusal):
    """There is no delivery with this id.

    Deliveries go when their task is deleted or removed for its age.
    """

    status = 404
    code = "DELIVERY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no delivery with this id. It goes when its task is deleted.")


class DeliveryInProgress(Refusal):
    """The delivery is being sent at this moment.

    Look at what becomes of it; an attempt takes 10 seconds at most. Then send it again if need be.
    """

    status = 409
    code = "DELIVERY_IN_PROGRESS"

    def __init__(self) -> None:
        super().__init__(
            "This delivery is being sent at this moment. Look at the outcome, then try again."
        )
