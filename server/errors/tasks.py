"""Refusals of tasks, their content and their answers."""

from .base import Refusal


class TaskNotFound(Refusal):
    """There is no task with this id.

    It may have been deleted, or belong to another server or database.
    """

    status = 404
    code = "TASK_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__(
            "There is no task with this id. It may have been deleted, or belong to another server."
        )


class TaskAlreadySettled(Refusal):
    """The task is completed, timed out, cancelled or exhausted: nothing changes it any more.

    The message says how it settled. A task settles once; whoever comes second gets this.
    """

    status = 409
    code = "TASK_ALREADY_SETTLED"


class TaskAlreadyClaimed(Refusal):
    """Somebody else has this task.

    The first to claim a task has it. An operator can reassign it.
    """

    status = 409
    code = "TASK_ALREADY_CLAIMED"


class VerificationInProgress(Refusal):
    """An answer to this task is being verified: it takes no other until the verdict is there.

    Read the task again in a few seconds: it is completed then, or open again with the reason.
    """

    status = 409
    code = "VERIFICATION_IN_PROGRESS"

    def __init__(self) -> None:
        super().__init__(
            "An answer to this task is being verified; nothing was changed. Look again in a few "
            "seconds."
        )


class VerifierUnavailable(Refusal):
    """The task's `verifier_config` does not work on this server.

    The message says why: the key's name is not among those that the operator allows, it is not set,
    the model is missing, or the extra that has the vendor's library is not installed.
    """

    status = 422
    code = "VERIFIER_UNAVAILABLE"


class IdempotencyKeyReused(Refusal):
    """The idempotency key belongs to a task with another `task`, `payload` or `response_schema`.

    Use a new key for new content. The SDK's default key is made from the content.
    """

    status = 409
    code = "IDEMPOTENCY_KEY_REUSED"

    def __init__(self) -> None:
        super().__init__(
            "This idempotency key belongs to a task with another task, payload or "
            "response_schema. Use a new key for new content."
        )


class NoMatchingAssignee(Refusal):
    """Nobody in the directory matches.

    The task stays with whoever has it. Name somebody else, or add a person who matches.
    """

    status = 409
    code = "NO_MATCHING_ASSIGNEE"

    def __init__(self) -> None:
        super().__init__(
            "Nobody in the directory matches; the task stays with whoever has it. "
            "Name somebody else."
        )


class SchemaInvalid(Refusal):
    """`payload_schema` or `response_schema` is not a usable JSON Schema (2020-12).

    References must stay within the schema; none is ever fetched. Patterns and references that
    could take very long to check are refused.
    """

    status = 422
    code = "SCHEMA_INVALID"


class PayloadInvalid(Refusal):
    """The payload does not satisfy `payload_schema`.

    `errors` names each field.
    """

    status = 422
    code = "PAYLOAD_INVALID"


class ResponseInvalid(Refusal):
    """The answer does not satisfy the task's `response_schema`.

    `errors` names each field; correct them and send the answer again. The task is still open.
    """

    status = 422
    code = "RESPONSE_INVALID"


class MarketplaceNotAvailable(Refusal):
    """`assign_to.marketplace` is reserved; there is no marketplace yet.

    Name a person, a pool or a role.
    """

    status = 501
    code = "MARKETPLACE_NOT_AVAILABLE"

    def __init__(self) -> None:
        super().__init__(
            "There is no marketplace yet. Name a person, a pool or a role in assign_to."
        )
