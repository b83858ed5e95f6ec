"""The contract's models that the SDK sends, reads and hands out."""

from awaithumans.generated.models import (
    AssignTo,
    AuditEntry,
    AuditTrail,
    CancelTaskRequest,
    CompleteTaskRequest,
    CreateTaskRequest,
    ErrorResponse,
    PollResult,
    Task,
    TaskPage,
    TaskStatus,
    TaskSummary,
    VerifierConfig,
)

__all__ = [
    "AssignTo",
    "AuditEntry",
    "AuditTrail",
    "CancelTaskRequest",
    "CompleteTaskRequest",
    "CreateTaskRequest",
    "ErrorResponse",
    "PollResult",
    "Task",
    "TaskPage",
    "TaskStatus",
    "TaskSummary",
    "VerifierConfig",
]
