"""Which callbacks this server can send."""

from ..errors import CallbackUrlInvalid, FeatureNotAvailable, FieldProblem
from ..tasks.model import Draft
from .targets import MalformedTarget, is_public, literal, parse


class Callbacks:
    """Looks at where new tasks want their result sent.

    Args:
        signs: Whether there is a key to sign with.
        allow_private: Whether callbacks may go to addresses that are not on the internet.
    """

    def __init__(self, *, signs: bool, allow_private: bool) -> None:
        self._signs = signs
        self._allow_private = allow_private

    def admit(self, draft: Draft) -> None:
        """Refuse a `callback_url` that can't be sent to, as far as the URL itself says so.

        What its name resolves to is looked at with each attempt.

        Raises:
            CallbackUrlInvalid: It is malformed, or names an address that is refused.
            FeatureNotAvailable: There is no key to sign with.
        """
        if draft.callback_url is None:
            return
        try:
            target = parse(draft.callback_url)
        except MalformedTarget as malformed:
            raise _invalid(str(malformed)) from None
        address = literal(target.host)
        if address is not None and not self._allow_private and not is_public(address):
            raise _invalid("names an address that is not on the internet")
        if not self._signs:
            raise FeatureNotAvailable(
                "This server has no key to sign webhooks with: AWAITHUMANS_PAYLOAD_KEY. Set it, "
                "or leave callback_url out."
            )


def _invalid(problem: str) -> CallbackUrlInvalid:
    return CallbackUrlInvalid(
        f"callback_url can't be sent to: it {problem}.",
        [FieldProblem(("body", "callback_url"), problem)],
    )
