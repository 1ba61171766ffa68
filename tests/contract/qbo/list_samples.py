"""Clients, projects and people that the product posts."""

from dataclasses import replace

from ledgerlink.domain.model.source_records import (
    ClientRecord,
    ProjectRecord,
    StaffRecord,
)

CLIENT = ClientRecord(key="oak", name="Oak & Sons")


PROJECT = ProjectRecord(key="roof", name="New Roof", client_key="oak")


EMPLOYEE = StaffRecord(
    key="grace",
    name="Grace Pariente",
    given_name="Grace",
    family_name="Pariente",
    email="grace@oak.example",
)


VENDOR = replace(EMPLOYEE, key="gus", name="Gus Builds", person="vendor")
