"""The OpenAPI document, made from the routes: `python -m functions.api.openapi [--check]`."""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from ledgerlink.domain.model.rules import LinkTo
from ledgerlink.domain.model.source_records import Deleted
from ledgerlink.wire.records import FORMS, adapter
from ledgerlink.wire.rules import (
    ExpenseCodeMapping,
    LaborCodeMapping,
    ProjectMapping,
    UserMapping,
)
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from functions.api.views.settings import SettingsChange

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem document",
    "required": ["type", "title", "status", "code", "detail", "remedy"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "remedy": {"type": "string", "description": "What to do about it"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer of the place"},
                    "detail": {"type": "string"},
                    "remedy": {"type": "string"},
                },
            },
        },
    },
}
ANY_MAPPING: Any = UserMapping | ProjectMapping | LaborCodeMapping | ExpenseCodeMapping
PROBLEM_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
MESSAGE_CONTENT = {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
BY_GATEWAY = {
    "413": (
        "TooLarge",
        "The body is larger than 10 MB, or, as a problem document, than 5 MB",
        MESSAGE_CONTENT | PROBLEM_CONTENT,
    ),
    "429": ("Throttled", "Too many requests a second; try again after a pause", MESSAGE_CONTENT),
    "500": (
        "Failed",
        "Something failed on our side; a repeat with the same Idempotency-Key does nothing twice",
        MESSAGE_CONTENT | PROBLEM_CONTENT,
    ),
    "503": (
        "Unavailable",
        "No capacity, or, as a problem document, the token cannot be checked; try again after a "
        "pause",
        MESSAGE_CONTENT | PROBLEM_CONTENT,
    ),
}
"""What API Gateway may answer itself, in a form that cannot be changed: by status, the name of the
response, when it comes, and its forms."""
MESSAGE = {
    "type": "object",
    "description": "An answer of API Gateway itself",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
}
REFS = "#/components/schemas/{model}"
PUBLISHED = {LinkTo.__name__: "Link"}
"""Names of schemas by the names of their classes, where the two differ."""
PUBLIC = "/v1/oauth/{ledger}/callback"


def document() -> dict[str, Any]:
    """The document as JSON values."""
    os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "api")
    import functions.api.handler
    from functions.api.app import app

    assert functions.api.handler.ROUTES

    schema = app.get_openapi_schema(
        title="Ledgerlink",
        version="1",
        openapi_version="3.1.0",
        description="Time into the books. Errors are RFC 9457 problem documents.",
    )
    found: dict[str, Any] = json.loads(schema.model_dump_json(by_alias=True, exclude_none=True))
    found["servers"] = [{"url": "..", "description": "Where this document was found"}]
    _add_components(found["components"])
    for path, methods in found["paths"].items():
        for operation in methods.values():
            _finish(operation, path)
    return found


def _add_components(components: dict[str, Any]) -> None:
    schemas = components["schemas"]
    for unused in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = PROBLEM
    schemas["Message"] = MESSAGE
    for form in (*FORMS.values(), Deleted):
        _add(schemas, form.__name__, adapter(form))
    _add(schemas, "Mapping", TypeAdapter(ANY_MAPPING))
    _add(schemas, SettingsChange.__name__, TypeAdapter(SettingsChange))
    components["responses"] = {
        name: {"description": about, "content": content}
        for name, about, content in BY_GATEWAY.values()
    }
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }


class PublicNames(GenerateJsonSchema):
    """Keeps the published names of schemas whose classes are called otherwise."""

    def normalize_name(self, name: str) -> str:
        """The published name of a class."""
        return PUBLISHED.get(name.rpartition(".")[2], super().normalize_name(name))


def _add(schemas: dict[str, Any], name: str, adapter: TypeAdapter[Any]) -> None:
    schema = adapter.json_schema(ref_template=REFS, schema_generator=PublicNames)
    found = {**schema.pop("$defs", {}), name: schema}
    for one in found.values():
        _limit_decimals(one)
    schemas.update(found)


DECIMAL = r"^-?\d+(\.\d{1,7})?$"
"""How a decimal number is written as text."""
DECIMALS = "A number, or its text, with at most seven decimal places."
CURRENCY = {"minLength": 3, "maxLength": 3}


def _forms(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The forms that a value may have, those of nested choices among them."""
    for form in schema.get("anyOf", [schema]):
        yield from [form] if form is schema else _forms(form)


def _limit_decimals(schema: dict[str, Any]) -> None:
    """Add the limits of records that pydantic checks with a function, and so does not describe."""
    for field in schema.get("properties", {}).values():
        forms = list(_forms(field))
        types = {form.get("type") for form in forms}
        if {"number", "string"} <= types:
            field["description"] = DECIMALS
            next(form for form in forms if form.get("type") == "string")["pattern"] = DECIMAL
        for form in forms:
            if CURRENCY.items() <= form.items():
                form["pattern"] = "^[A-Z]{3}$"


def _finish(operation: dict[str, Any], path: str) -> None:
    """Errors are problem documents everywhere; all but the callback need a token."""
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {
        "description": "What went wrong",
        "content": PROBLEM_CONTENT,
    }
    if path != PUBLIC:
        operation["security"] = [{"token": []}]
        operation["responses"] |= {
            status: {"$ref": f"#/components/responses/{name}"}
            for status, (name, *_) in BY_GATEWAY.items()
        }


def main() -> int:
    """Write the document, or with --check compare it with the one that is committed."""
    from functions.api.routes.docs import DOCUMENT

    text = json.dumps(document(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if "--check" not in sys.argv:
        DOCUMENT.write_text(text)
        return 0
    if DOCUMENT.read_text() == text:
        return 0
    sys.stderr.write(f"{DOCUMENT.name} is stale: run python -m functions.api.openapi\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
