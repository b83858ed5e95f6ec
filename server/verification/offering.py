"""Which verifiers this server can do."""

from ..errors import VerifierUnavailable
from ..tasks.model import Json
from .keys import Keys
from .model import Config
from .prompt import schema_problem


class Verifiers:
    """Looks at what tasks ask for before they are made.

    Args:
        keys: Where the keys of verifiers come from.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def check(self, config: Json, response_schema: Json) -> None:
        """Refuse a `verifier_config` that can't work here, or for answers like these.

        Raises:
            VerifierUnavailable: Its key, its model or its library is missing, or not allowed; or
                the schema is longer than a model is given.
        """
        problem = self._keys.check(Config(**config)) or schema_problem(response_schema)
        if problem is not None:
            raise VerifierUnavailable(f"verifier_config does not work on this server: {problem}")
