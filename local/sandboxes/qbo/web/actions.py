"""What each kind of call does once it has passed the gateway."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from local.sandboxes.qbo.books import exchange_rates
from local.sandboxes.qbo.books.rows import Row, clone
from local.sandboxes.qbo.engine import currencies, recurring
from local.sandboxes.qbo.engine.operations import current, read, unsupported, write
from local.sandboxes.qbo.engine.seed import plant
from local.sandboxes.qbo.protocol.errors import Fault, not_found, required
from local.sandboxes.qbo.query.answer import answer
from local.sandboxes.qbo.query.presentation import present
from local.sandboxes.qbo.schema.entity import Entity
from local.sandboxes.qbo.schema.registry import BY_NAME, BY_PATH
from local.sandboxes.qbo.web.batch import batch
from local.sandboxes.qbo.web.call import Call
from local.sandboxes.qbo.web.cdc import changes
from local.sandboxes.qbo.web.files import download, link, upload
from local.sandboxes.qbo.web.wire import Outcome, answered


def run(call: Call) -> Outcome:
    """Carries the call out; raises Fault."""
    return ACTIONS[call.kind](call)


def _entity(call: Call) -> Entity:
    entity = BY_PATH.get(call.parts[0]) if call.parts else None
    if entity is None:
        raise unsupported(call.operation, call.parts[0] if call.parts else "")
    return entity


def _read(call: Call) -> Outcome:
    entity = _entity(call)
    if entity.name == "ExchangeRate":
        return _read_rate(call, entity)
    if len(call.parts) != 2 or not call.parts[1]:
        raise required("Id")
    row_id = "1" if entity.name == "CompanyInfo" else call.parts[1]
    row = present(entity, read(call.context(), entity, row_id), call.include)
    if entity.name == "Attachable" and "TempDownloadUri" in row:
        row = {**row, "TempDownloadUri": link(call, row_id)}
    key = recurring.NAME if entity.name == recurring.NAME else entity.wire
    return answered({key: row}, call.now)


def _read_rate(call: Call, entity: Entity) -> Outcome:
    company, code = call.context().company, call.params.get("sourcecurrencycode", "")
    day = call.params.get("asofdate", "")
    how = call.settings.rate_without_day
    row = (
        exchange_rates.as_of(company, code, day, how)
        if day
        else exchange_rates.newest(company, code)
    )
    if row is None:
        raise not_found()
    return answered({entity.wire: present(entity, row)}, call.now)


def _single(call: Call) -> Outcome:
    entity = _entity(call)
    if len(call.parts) > 1 and call.parts[1]:
        raise unsupported("POST", "/".join(call.parts))
    body = call.json()
    if entity.name == recurring.NAME:
        row = recurring.write(call.context(), body, call.operation)
        return answered({recurring.NAME: row}, call.now)
    if entity.name == "ExchangeRate":
        return answered({entity.wire: present(entity, _put_rate(call, body))}, call.now)
    if entity.name == "CompanyInfo":
        body = {**body, "Id": "1"}
    row = write(call.context(), entity, body, call.operation)
    return answered({entity.wire: present(entity, row, call.include)}, call.now)


def _put_rate(call: Call, body: Row) -> Row:
    """An exchange rate is known by its currency and its day, not by an Id."""
    context = call.context()
    if exchange_rates.newest(context.company, str(body.get("SourceCurrencyCode"))) is None:
        raise not_found()
    return currencies.put(context, body)


def _query(call: Call) -> Outcome:
    statement = call.statement()
    if not statement:
        raise required("query")
    found = answer(call.context().company, call.settings, statement)
    return answered({"QueryResponse": found}, call.now)


def _preferences(call: Call) -> Outcome:
    entity = BY_NAME["Preferences"]
    if call.method == "GET":
        return answered({entity.wire: read(call.context(), entity, "1")}, call.now)
    call.operation = "update"
    row = write(call.context(), entity, {"Id": "1", **call.json()}, "update")
    return answered({entity.wire: row}, call.now)


def _pdf(call: Call) -> Outcome:
    entity = _entity(call)
    if "pdf" not in entity.operations:
        raise unsupported("pdf", entity.name)
    row = read(call.context(), entity, call.parts[1])
    words = f"{entity.name} {row.get('DocNumber', row['Id'])}"
    return Outcome(body=_one_page(words), content_type="application/pdf")


def _one_page(words: str) -> bytes:
    """A minimal PDF that says which document it is."""
    text = f"BT /F1 24 Tf 72 720 Td ({words}) Tj ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources"
        "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        f"<</Length {len(text)}>>stream\n{text}\nendstream",
    )
    body = "".join(f"{n} 0 obj{o}endobj\n" for n, o in enumerate(objects, start=1))
    return f"%PDF-1.4\n{body}trailer<</Root 1 0 R>>\n%%EOF".encode("latin-1", "replace")


def _send(call: Call) -> Outcome:
    entity = _entity(call)
    context = call.context()
    if "send" not in entity.operations or call.method != "POST":
        raise unsupported("send", entity.name)
    row = read(context, entity, call.parts[1])
    address = call.params.get("sendTo") or (row.get("BillEmail") or {}).get("Address")
    if not address:
        raise Fault("6420", "There is no address to send to", "BillEmail")
    record = current(context, entity, row)
    changed = clone(row) | {"BillEmail": {"Address": address}, "EmailStatus": "EmailSent"}
    written = write(context, entity, {**changed, "sparse": True}, "update")
    written["DeliveryInfo"] = {
        "DeliveryType": "Email",
        "DeliveryTime": record.row["MetaData"]["LastUpdatedTime"],
    }
    context.tell(entity.name, written["Id"], "Emailed")
    return answered({entity.wire: written}, call.now)


def _tax_service(call: Call) -> Outcome:
    """Makes a tax code with its rates, the only way to make either."""

    body = call.json()
    for name in ("TaxCode", "TaxRateDetails"):
        if not body.get(name):
            raise required(name)
    context = call.context()
    details = [_new_rate(call, detail) for detail in body["TaxRateDetails"]]
    rates = [
        {"TaxRateRef": {"value": d["TaxRateId"]}, "TaxTypeApplicable": "TaxOnAmount"}
        for d in details
    ]
    code = plant(
        context,
        "TaxCode",
        {
            "Name": body["TaxCode"],
            "Taxable": True,
            "TaxGroup": True,
            "SalesTaxRateList": {"TaxRateDetail": rates},
        },
    )
    value = {"TaxCode": code["Name"], "TaxCodeId": code["Id"], "TaxRateDetails": details}
    return answered(value, call.now)


def _new_rate(call: Call, detail: Row) -> Row:

    applied = detail.get("TaxApplicableOn", "Sales")
    if detail.get("TaxRateId"):
        row = read(call.context(), BY_NAME["TaxRate"], str(detail["TaxRateId"]))
    else:
        row = plant(
            call.context(),
            "TaxRate",
            {
                "Name": detail.get("TaxRateName"),
                "RateValue": detail.get("RateValue"),
                "AgencyRef": {"value": str(detail.get("TaxAgencyId", ""))},
            },
        )
    return {
        "TaxRateName": row["Name"],
        "TaxRateId": row["Id"],
        "RateValue": row["RateValue"],
        "TaxApplicableOn": applied,
        "TaxAgencyId": row["AgencyRef"]["value"],
    }


def _report(call: Call) -> Outcome:
    raise unsupported("report", "/".join(call.parts))


ACTIONS: Final[dict[str, Callable[[Call], Outcome]]] = {
    "read": _read,
    "single": _single,
    "query": _query,
    "batch": batch,
    "cdc": changes,
    "upload": upload,
    "download": download,
    "preferences": _preferences,
    "pdf": _pdf,
    "send": _send,
    "taxservice": _tax_service,
    "report": _report,
}
