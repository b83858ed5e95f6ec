"""Which verifiers this server can do."""

from ..errors import VerifierUnavailable
from ..tasks.model import Draft
from .keys import Keys
from .model import Config
from .prompt import schema_problem


class Verifiers:
    """Looks at what new tasks ask for.

    Args:
        keys: Where the keys of verifiers come from.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def admit(self, draft: Draft) -> None:
        """Refuse a `verifier_config` that can't work here, or for answers like these.

        Raises:
            VerifierUnavailable: Its key, its model or its library is missing, or not allowed; or
                the schema is longer than a model is given.
        """
        content = draft.content
        if content.verifier_config is None:
            return
        config = Config(**content.verifier_config)
        problem = self._keys.check(config) or schema_problem(content.response_schema)
        if problem is not None:
            raise VerifierUnavailable(f"verifier_config does not work on this server: {problem}")
