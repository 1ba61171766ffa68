"""Clients, projects and people that the product posts."""

from ledgerlink.domain.model.source_records import ClientRecord, ProjectRecord, StaffRecord

CLIENT = ClientRecord(key="nova", name="Nova & Söhne")


PROJECT = ProjectRecord(key="site", name="New site", client_key="nova", client_name="Nova")


STAFF = StaffRecord(key="fay", name="Fay Grant", email="fay@example.com")


VENDOR = StaffRecord(key="gus", name="Gus Hill", person="vendor", email="gus@example.com")
