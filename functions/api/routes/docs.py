"""The API's own description."""

from pathlib import Path

import aws_lambda_powertools.event_handler.openapi.swagger_ui as swagger
from aws_lambda_powertools.event_handler import Response

from functions.api.app import app

DOCUMENT = Path(__file__).parents[1] / "openapi.json"
ASSETS = Path(swagger.__file__).parent


@app.get("/v1/openapi.json", include_in_schema=False)
def openapi() -> Response[str]:
    return Response(200, "application/json", DOCUMENT.read_text())


@app.get("/v1/docs", include_in_schema=False)
def docs() -> Response[str]:
    page = swagger.generate_swagger_html(
        DOCUMENT.read_text().replace("</", "<\\/"),
        (ASSETS / "swagger-ui-bundle.min.js").read_text(),
        (ASSETS / "swagger-ui.min.css").read_text(),
        "",
        None,
    )
    return Response(200, "text/html; charset=utf-8", page)
