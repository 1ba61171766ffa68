"""Forms that are sent by e-mail."""

from __future__ import annotations

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Context, touch
from local.sandboxes.qbo.engine.rules.guards import check_email
from local.sandboxes.qbo.protocol.timestamps import stamp
from local.sandboxes.qbo.schema.entity import Entity


def mailed(context: Context, entity: Entity, row: Row, address: str) -> None:
    """Sends a form to an address, which may be several with commas between them. Every call mails
    again and is a change of the form. Raises 2210."""
    check_email({"Address": address}, "BillEmail")
    touch(context, entity.name, row["Id"])
    now = stamp(context.seconds())
    if "EmailStatus" in entity.shape.by_name:
        row.update(BillEmail={"Address": address}, EmailStatus="EmailSent")
    row["DeliveryInfo"] = {"DeliveryType": "Email", "DeliveryTime": now}
    recipients = {
        "to": _addresses({"Address": address}),
        "cc": _addresses(row.get("BillEmailCc") or {}),
        "bcc": _addresses(row.get("BillEmailBcc") or {}),
    }
    context.company.mails.append({"entity": entity.name, "id": row["Id"], "at": now, **recipients})
    context.tell(entity.name, row["Id"], "Emailed")


def _addresses(held: Row) -> list[str]:
    written = str(held.get("Address", "")).split(",")
    return [address.strip() for address in written if address.strip()]
