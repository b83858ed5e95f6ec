"""Contains all the data models used in inputs/outputs"""

from .actor_type import ActorType
from .api_key import ApiKey
from .api_key_list import ApiKeyList
from .api_key_scope import ApiKeyScope
from .assign_task_request import AssignTaskRequest
from .assign_to import AssignTo
from .audit_action import AuditAction
from .audit_entry import AuditEntry
from .audit_trail import AuditTrail
from .caller_kind import CallerKind
from .cancel_task_request import CancelTaskRequest
from .channel import Channel
from .channel_count import ChannelCount
from .channel_state import ChannelState
from .claim_task_request import ClaimTaskRequest
from .complete_task_request import CompleteTaskRequest
from .create_api_key_request import CreateApiKeyRequest
from .create_task_request import CreateTaskRequest
from .create_user_request import CreateUserRequest
from .day_count import DayCount
from .delivery_attempt import DeliveryAttempt
from .delivery_kind import DeliveryKind
from .delivery_status import DeliveryStatus
from .error_response import ErrorResponse
from .field_error import FieldError
from .health import Health
from .json_object import JsonObject
from .json_schema_document import JsonSchemaDocument
from .login_request import LoginRequest
from .me import Me
from .new_api_key import NewApiKey
from .notification import Notification
from .notification_purpose import NotificationPurpose
from .outbox_state import OutboxState
from .poll_result import PollResult
from .readiness import Readiness
from .set_password_request import SetPasswordRequest
from .setup_operator_request import SetupOperatorRequest
from .setup_status import SetupStatus
from .status_count import StatusCount
from .system_status import SystemStatus
from .task import Task
from .task_event import TaskEvent
from .task_metadata import TaskMetadata
from .task_page import TaskPage
from .task_stats import TaskStats
from .task_status import TaskStatus
from .task_summary import TaskSummary
from .update_user_request import UpdateUserRequest
from .user import User
from .user_page import UserPage
from .verdict import Verdict
from .verdict_outcome import VerdictOutcome
from .verifier_config import VerifierConfig
from .verifier_provider import VerifierProvider
from .version import Version
from .webhook_delivery import WebhookDelivery
from .webhook_delivery_detail import WebhookDeliveryDetail
from .webhook_delivery_page import WebhookDeliveryPage

__all__ = (
    "ActorType",
    "ApiKey",
    "ApiKeyList",
    "ApiKeyScope",
    "AssignTaskRequest",
    "AssignTo",
    "AuditAction",
    "AuditEntry",
    "AuditTrail",
    "CallerKind",
    "CancelTaskRequest",
    "Channel",
    "ChannelCount",
    "ChannelState",
    "ClaimTaskRequest",
    "CompleteTaskRequest",
    "CreateApiKeyRequest",
    "CreateTaskRequest",
    "CreateUserRequest",
    "DayCount",
    "DeliveryAttempt",
    "DeliveryKind",
    "DeliveryStatus",
    "ErrorResponse",
    "FieldError",
    "Health",
    "JsonObject",
    "JsonSchemaDocument",
    "LoginRequest",
    "Me",
    "NewApiKey",
    "Notification",
    "NotificationPurpose",
    "OutboxState",
    "PollResult",
    "Readiness",
    "SetPasswordRequest",
    "SetupOperatorRequest",
    "SetupStatus",
    "StatusCount",
    "SystemStatus",
    "Task",
    "TaskEvent",
    "TaskMetadata",
    "TaskPage",
    "TaskStats",
    "TaskStatus",
    "TaskSummary",
    "UpdateUserRequest",
    "User",
    "UserPage",
    "Verdict",
    "VerdictOutcome",
    "VerifierConfig",
    "VerifierProvider",
    "Version",
    "WebhookDelivery",
    "WebhookDeliveryDetail",
    "WebhookDeliveryPage",
)
