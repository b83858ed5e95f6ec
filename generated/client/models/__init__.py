"""Contains all the data models used in inputs/outputs"""

from .actor_type import ActorType
from .assign_task_request import AssignTaskRequest
from .assign_to import AssignTo
from .audit_action import AuditAction
from .audit_entry import AuditEntry
from .audit_trail import AuditTrail
from .caller_kind import CallerKind
from .cancel_task_request import CancelTaskRequest
from .channel import Channel
from .channel_state import ChannelState
from .claim_task_request import ClaimTaskRequest
from .complete_task_request import CompleteTaskRequest
from .create_task_request import CreateTaskRequest
from .error_response import ErrorResponse
from .field_error import FieldError
from .health import Health
from .json_object import JsonObject
from .json_schema_document import JsonSchemaDocument
from .login_request import LoginRequest
from .me import Me
from .poll_result import PollResult
from .readiness import Readiness
from .setup_operator_request import SetupOperatorRequest
from .setup_status import SetupStatus
from .system_status import SystemStatus
from .task import Task
from .task_metadata import TaskMetadata
from .task_page import TaskPage
from .task_status import TaskStatus
from .task_summary import TaskSummary
from .verifier_config import VerifierConfig
from .verifier_provider import VerifierProvider
from .version import Version

__all__ = (
    "ActorType",
    "AssignTaskRequest",
    "AssignTo",
    "AuditAction",
    "AuditEntry",
    "AuditTrail",
    "CallerKind",
    "CancelTaskRequest",
    "Channel",
    "ChannelState",
    "ClaimTaskRequest",
    "CompleteTaskRequest",
    "CreateTaskRequest",
    "ErrorResponse",
    "FieldError",
    "Health",
    "JsonObject",
    "JsonSchemaDocument",
    "LoginRequest",
    "Me",
    "PollResult",
    "Readiness",
    "SetupOperatorRequest",
    "SetupStatus",
    "SystemStatus",
    "Task",
    "TaskMetadata",
    "TaskPage",
    "TaskStatus",
    "TaskSummary",
    "VerifierConfig",
    "VerifierProvider",
    "Version",
)
