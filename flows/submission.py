"""Handing a request to the build deployment of the configured Prefect server, and following its run there."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey, FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import Artifact, FlowRun
from prefect.client.schemas.sorting import ArtifactSort
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import PREFECT_API_URL
from prefect.utilities.urls import url_for

from ecgfactory.errors import BadInputError, EcgFactoryError
from ecgfactory.flows.artifacts import PROGRESS_KEY, SUMMARY_KEY
from ecgfactory.flows.server import ServerUnreachableError, named
from ecgfactory.flows.standing import standing
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.session.progress import Progress

DEPLOYMENT = "build-dataset/build"

PARAMETERS_LIMIT_BYTES = 512 * 1024
"""Prefect servers refuse more for the parameters of a run, unless told otherwise."""


@dataclass(frozen=True)
class SubmittedRun:
    """A run of the build deployment.

    Parameters
    ----------
    run_id : UUID
        Its flow run.
    url : str
        Its page in the server's UI.
    """

    run_id: UUID
    url: str

    def look(self) -> FlowRun:
        """Return the run as the server has it now; see `submit` for what may go wrong."""
        with _server() as client:
            try:
                return client.read_flow_run(self.run_id)
            except ObjectNotFound:
                raise EcgFactoryError(f"run {self.run_id} was deleted on the server.") from None

    def standing(self, run: FlowRun) -> str:
        """Say what keeps the run, as just looked at, from working; empty when nothing does."""
        with _server() as client:
            return standing(client, run)

    def progress(self) -> Progress:
        """Return how far it is, as its progress artifact says."""
        artifact = self._artifact(PROGRESS_KEY)
        return Progress.parse(artifact.description or "") if artifact else Progress()

    def summary(self) -> list[tuple[str, str]]:
        """Return labels and values that sum up the dataset; empty before it is published."""
        artifact = self._artifact(SUMMARY_KEY)
        rows = json.loads(str(artifact.data)) if artifact else []
        return [(row["what"], row["value"]) for row in rows]

    def _artifact(self, key: str) -> Artifact | None:
        with _server() as client:
            found = client.read_artifacts(
                artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])),
                flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[self.run_id])),
                sort=ArtifactSort.UPDATED_DESC,
                limit=1,
            )
        return found[0] if found else None


def submit(request: BuildRequest, idempotency_key: str | None = None) -> SubmittedRun:
    """Have a request built by the deployment.

    Parameters
    ----------
    request : BuildRequest
        What to build; its paths must mean the same on the worker's machine.
    idempotency_key : str, optional
        A second submission with the same key gives the run of the first.

    Raises
    ------
    BadInputError
        When the request is too large for a server, or the deployment is not there.
    ServerUnreachableError
        When the server does not answer.
    """
    parameters = {"request": request.model_dump(mode="json")}
    size_bytes = len(json.dumps(parameters, separators=(",", ":")).encode())
    if size_bytes > PARAMETERS_LIMIT_BYTES:
        raise BadInputError(
            f"the request is {size_bytes:,} bytes long and a Prefect server takes {PARAMETERS_LIMIT_BYTES:,}; "
            "move its quality.bounds into a policy file, and name that as quality.policy."
        )
    with _server() as client:
        try:
            deployment = client.read_deployment_by_name(DEPLOYMENT)
        except ObjectNotFound:
            raise BadInputError(
                f"the Prefect server at {named(PREFECT_API_URL.value())} has no deployment {DEPLOYMENT}; "
                "run `python -m ecgfactory.deployments` against it, or use the server of `ecgfactory serve`."
            ) from None
        run = client.create_flow_run_from_deployment(
            deployment.id, parameters=parameters, idempotency_key=idempotency_key, name=f"build-{request.name}"
        )
    return SubmittedRun(run.id, named(url_for(run)) or str(run.id))


@contextlib.contextmanager
def _server() -> Iterator[SyncPrefectClient]:
    """Connect to the configured server; its errors become one sentence."""
    address = named(PREFECT_API_URL.value())
    try:
        with get_client(sync_client=True) as client:
            yield client
    except httpx.TransportError:
        raise ServerUnreachableError(
            f"no Prefect server answers at {address} (PREFECT_API_URL); start it, or name another."
        ) from None
    except PrefectHTTPStatusError as error:
        told = " ".join(error.response.text.split())[:300]
        if error.response.is_server_error:  # as while it starts, or its database is busy
            raise ServerUnreachableError(
                f"the Prefect server at {address} is in trouble ({error.response.status_code} {told}); look at its "
                "log, or try again later."
            ) from None
        raise EcgFactoryError(f"the Prefect server at {address} refused: {error.response.status_code} {told}") from None
