"""The API's own description."""

from pathlib import Path

from aws_lambda_powertools.event_handler import Response

from functions.api.app import app

DOCUMENT = Path(__file__).parents[1] / "openapi.json"


@app.get("/v1/openapi.json", include_in_schema=False)
def openapi() -> Response[str]:
    return Response(200, "application/json", DOCUMENT.read_text())


@app.get("/v1/docs", include_in_schema=False)
def docs() -> Response[str]:
    # Loads the models of OpenAPI documents, which no other route needs.
    from aws_lambda_powertools.event_handler.openapi import swagger_ui

    assets = Path(swagger_ui.__file__).parent
    page = swagger_ui.generate_swagger_html(
        DOCUMENT.read_text().replace("</", "<\\/"),
        (assets / "swagger-ui-bundle.min.js").read_text(),
        (assets / "swagger-ui.min.css").read_text(),
        "",
        None,
    )
    return Response(200, "text/html; charset=utf-8", page)
