"""The lengths of texts that the gateway's oldest interface knew, where they are shorter."""

from __future__ import annotations

from typing import Final

from local.sandboxes.intacct.schema.fields import Field, Object

DTD: Final = {
    "NAME": 100,
    "TITLE": 80,
    "DESCRIPTION": 80,
    "ENTRYDESCRIPTION": 80,
    "MEMO": 500,
    "NOTES": 100,
    "RECORDID": 30,
    "DOCNUMBER": 20,
    "REFERENCENO": 20,
    "PONUMBER": 20,
    "PAYEE": 80,
    "PRINTAS": 200,
    "FIRSTNAME": 40,
    "LASTNAME": 40,
    "ITEMDESC": 200,
}
"""By field, for all objects but those below."""
OF: Final = {
    ("TIMESHEET", "DESCRIPTION"): 200,
    ("TIMESHEETENTRY", "DESCRIPTION"): 200,
    ("APBILL", "DESCRIPTION"): 1000,
    ("EEXPENSES", "RECORDID"): 20,
    ("TASK", "NAME"): 200,
}


def longest(entry: Object, field: Field, lengths: str) -> int:
    """How many characters a text has at most; 0 for as many as it likes."""
    if lengths != "dtd" or field.custom:
        return field.length
    old = OF.get((entry.name, field.name), DTD.get(field.name, 0))
    return min(field.length, old) if field.length and old else field.length or old
