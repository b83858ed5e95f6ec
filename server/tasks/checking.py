"""Payloads and answers against their schemas; a failure is a refusal that names each field."""

from collections.abc import Sequence

from ..errors import FieldProblem, PayloadInvalid, ResponseInvalid, SchemaInvalid
from ..forms.cache import SchemaCache
from ..forms.validation import Problem, Schema, SchemaError
from .model import Content, Json


class Checker:
    """Checks what comes in; compiled schemas are kept, within bounds."""

    def __init__(self) -> None:
        self._schemas = SchemaCache()

    def check_content(self, content: Content) -> None:
        """Refuse schemas that are none, and a payload that does not satisfy its own.

        Raises:
            SchemaInvalid: A schema is not a usable JSON Schema.
            PayloadInvalid: The payload does not satisfy `payload_schema`.
        """
        # The payload was written by the agent's own model, which has its own idea of formats.
        payload_schema = self._compiled(content.payload_schema, "payload_schema", formats=False)
        self._compiled(content.response_schema, "response_schema", formats=True)
        problems = payload_schema.problems(content.payload)
        if problems:
            raise PayloadInvalid(
                "The payload does not satisfy payload_schema.", _in_body("payload", problems)
            )

    def refuse_response(self, content: Content, response: Json) -> ResponseInvalid | None:
        """Return why `response` is no answer to the task, or None if it is one."""
        schema = self._compiled(content.response_schema, "response_schema", formats=True)
        problems = schema.problems(response)
        if not problems:
            return None
        return ResponseInvalid(
            "The answer does not satisfy the task's response_schema; "
            "correct the named fields and send it again.",
            _in_body("response", problems),
        )

    def _compiled(self, document: Json, name: str, *, formats: bool) -> Schema:
        try:
            return self._schemas.get(document, assert_formats=formats)
        except SchemaError as error:
            raise SchemaInvalid(
                f"{name} is not a usable JSON Schema (2020-12).", _in_body(name, error.problems)
            ) from None


def _in_body(name: str, problems: Sequence[Problem]) -> list[FieldProblem]:
    return [FieldProblem(("body", name, *problem.loc), problem.msg) for problem in problems]
