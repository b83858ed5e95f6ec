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
from .create_email_identity_request import CreateEmailIdentityRequest
from .create_task_request import CreateTaskRequest
from .create_user_request import CreateUserRequest
from .day_count import DayCount
from .delivery_attempt import DeliveryAttempt
from .delivery_kind import DeliveryKind
from .delivery_status import DeliveryStatus
from .email_identity import EmailIdentity
from .email_identity_list import EmailIdentityList
from .email_transport import EmailTransport
from .error_response import ErrorResponse
from .field_error import FieldError
from .health import Health
from .identity_transport import IdentityTransport
from .inbound_result import InboundResult
from .json_object import JsonObject
from .json_schema_document import JsonSchemaDocument
from .login_request import LoginRequest
from .me import Me
from .new_api_key import NewApiKey
from .notification import Notification
from .notification_purpose import NotificationPurpose
from .outbox_state import OutboxState
from .poll_result import PollResult
from .press import Press
from .readiness import Readiness
from .resend_settings import ResendSettings
from .set_password_request import SetPasswordRequest
from .setup_operator_request import SetupOperatorRequest
from .setup_status import SetupStatus
from .slack_installation import SlackInstallation
from .slack_installation_list import SlackInstallationList
from .slack_interaction import SlackInteraction
from .slack_member import SlackMember
from .slack_member_list import SlackMemberList
from .slack_socket_state import SlackSocketState
from .slack_source import SlackSource
from .smtp_security import SmtpSecurity
from .smtp_settings import SmtpSettings
from .status_count import StatusCount
from .system_status import SystemStatus
from .task import Task
from .task_event import TaskEvent
from .task_metadata import TaskMetadata
from .task_page import TaskPage
from .task_stats import TaskStats
from .task_status import TaskStatus
from .task_summary import TaskSummary
from .test_email_request import TestEmailRequest
from .test_result import TestResult
from .test_slack_request import TestSlackRequest
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
    "CreateEmailIdentityRequest",
    "CreateTaskRequest",
    "CreateUserRequest",
    "DayCount",
    "DeliveryAttempt",
    "DeliveryKind",
    "DeliveryStatus",
    "EmailIdentity",
    "EmailIdentityList",
    "EmailTransport",
    "ErrorResponse",
    "FieldError",
    "Health",
    "IdentityTransport",
    "InboundResult",
    "JsonObject",
    "JsonSchemaDocument",
    "LoginRequest",
    "Me",
    "NewApiKey",
    "Notification",
    "NotificationPurpose",
    "OutboxState",
    "PollResult",
    "Press",
    "Readiness",
    "ResendSettings",
    "SetPasswordRequest",
    "SetupOperatorRequest",
    "SetupStatus",
    "SlackInstallation",
    "SlackInstallationList",
    "SlackInteraction",
    "SlackMember",
    "SlackMemberList",
    "SlackSocketState",
    "SlackSource",
    "SmtpSecurity",
    "SmtpSettings",
    "StatusCount",
    "SystemStatus",
    "Task",
    "TaskEvent",
    "TaskMetadata",
    "TaskPage",
    "TaskStats",
    "TaskStatus",
    "TaskSummary",
    "TestEmailRequest",
    "TestResult",
    "TestSlackRequest",
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
