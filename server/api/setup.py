"""The operations of the first run."""

from fastapi import APIRouter, Response

from awaithumans.generated import models

from ..errors import Forbidden, SetupClosed, SetupTokenInvalid, StorageUnavailable
from ..routing.plan import normal
from .auth import me
from .cookies import keep
from .parts import Having
from .refusals import BODY, refuses
from .strict import StrictRoute

routes = APIRouter(tags=["setup"], route_class=StrictRoute)


@routes.get(
    "/api/setup/status", operation_id="getSetupStatus", responses=refuses(StorageUnavailable)
)
async def get_setup_status(parts: Having) -> models.SetupStatus:
    """Return whether there is an operator."""
    return models.SetupStatus(setup_required=await parts.first_run.required())


@routes.post(
    "/api/setup/operator",
    operation_id="createFirstOperator",
    status_code=201,
    responses=refuses(*BODY, Forbidden, SetupTokenInvalid, SetupClosed, StorageUnavailable),
)
async def create_first_operator(
    body: models.SetupOperatorRequest, response: Response, parts: Having
) -> models.Me:
    """Make the first operator and sign them in."""
    done = await parts.first_run.complete(
        body.token, normal(body.email), body.display_name, body.password
    )
    keep(response, done, parts.base_url)
    return me(done.caller)
