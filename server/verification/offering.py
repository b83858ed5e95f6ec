"""Which verifiers this server can do."""

from ..errors import VerifierUnavailable
from ..tasks.model import Json
from .keys import Keys
from .model import Config


class Verifiers:
    """Looks at what tasks ask for before they are made.

    Args:
        keys: Where the keys of verifiers come from.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def check(self, config: Json) -> None:
        """Refuse a `verifier_config` that can't work here.

        Raises:
            VerifierUnavailable: Its key, its model or its library is missing, or not allowed.
        """
        problem = self._keys.check(Config(**config))
        if problem is not None:
            raise VerifierUnavailable(f"verifier_config does not work on this server: {problem}")
