"""The handler of the steps of an import's state machine."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from ledgerlink.bootstrap import count, dependencies, metrics
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.services.imports import state_machine

logger = Logger()
ENDS = {"expire": state_machine.expire, "break_off": state_machine.break_off}
"""Steps that end the state machine. They have no task token."""


@logger.inject_lambda_context(clear_state=True)
@metrics().log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Step Functions: one step of one import. The token is stored and never logged."""
    firm, connection_id, run_id = event["firm"], event["connection_id"], event["run_id"]
    step: str = event["step"]
    logger.append_keys(firm=firm, connection=connection_id, run=run_id, step=step)
    run = dependencies().runs.get(ConnectionKey(firm, connection_id), run_id)
    if step in ENDS:
        ENDS[step](dependencies(), run, event["machine"])
    else:
        state_machine.do_step(dependencies(), run, event["machine"], step, event["token"])
    logger.info("done", extra={"state": run.state})
    count("ImportSteps", 1)
    return {}
