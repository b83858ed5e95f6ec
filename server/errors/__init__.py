"""Every way in which the server says no: one tree, a stable code each.

A message says what happened, why, and what to do next. The page of each code is made from the
class docstrings, so they speak to the user.
"""

from .base import FieldProblem, Refusal, every_refusal
from .channels import (
    ChannelFailed,
    EmailIdentityExists,
    EmailIdentityInvalid,
    EmailIdentityNotFound,
    SlackInstallationNotFound,
    SlackSignatureInvalid,
)
from .deliveries import CallbackUrlInvalid, DeliveryInProgress, DeliveryNotFound
from .links import LinkInvalid
from .people import (
    ApiKeyNotFound,
    Forbidden,
    InvalidCredentials,
    LastOperator,
    SetupClosed,
    SetupTokenInvalid,
    TooManyAttempts,
    Unauthorized,
    UserAlreadyExists,
    UserNoAddress,
    UserNotFound,
)
from .requests import (
    BadRequest,
    BodyTooLarge,
    FeatureNotAvailable,
    InternalError,
    MethodNotAllowed,
    NotFound,
    NotReady,
    StorageUnavailable,
    ValidationFailed,
)
from .tasks import (
    IdempotencyKeyReused,
    MarketplaceNotAvailable,
    NoMatchingAssignee,
    PayloadInvalid,
    ResponseInvalid,
    SchemaInvalid,
    TaskAlreadyClaimed,
    TaskAlreadySettled,
    TaskNotFound,
    VerificationInProgress,
    VerifierUnavailable,
)

__all__ = [
    "ApiKeyNotFound",
    "BadRequest",
    "BodyTooLarge",
    "CallbackUrlInvalid",
    "ChannelFailed",
    "DeliveryInProgress",
    "DeliveryNotFound",
    "EmailIdentityExists",
    "EmailIdentityInvalid",
    "EmailIdentityNotFound",
    "FeatureNotAvailable",
    "FieldProblem",
    "Forbidden",
    "IdempotencyKeyReused",
    "InternalError",
    "InvalidCredentials",
    "LastOperator",
    "LinkInvalid",
    "MarketplaceNotAvailable",
    "MethodNotAllowed",
    "NoMatchingAssignee",
    "NotFound",
    "NotReady",
    "PayloadInvalid",
    "Refusal",
    "ResponseInvalid",
    "SchemaInvalid",
    "SetupClosed",
    "SetupTokenInvalid",
    "SlackInstallationNotFound",
    "SlackSignatureInvalid",
    "StorageUnavailable",
    "TaskAlreadyClaimed",
    "TaskAlreadySettled",
    "TaskNotFound",
    "TooManyAttempts",
    "Unauthorized",
    "UserAlreadyExists",
    "UserNoAddress",
    "UserNotFound",
    "ValidationFailed",
    "VerificationInProgress",
    "VerifierUnavailable",
    "every_refusal",
]
