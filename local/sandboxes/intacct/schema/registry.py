"""All objects, by their names and by what get_list calls them."""

from __future__ import annotations

from typing import Final

from local.sandboxes.intacct.schema.documents import DOCUMENTS
from local.sandboxes.intacct.schema.fields import Field, Object, choice, listed, text, whole
from local.sandboxes.intacct.schema.ledger import LEDGER
from local.sandboxes.intacct.schema.lists import LISTS, READ_ONLY
from local.sandboxes.intacct.schema.projects import PROJECTS
from local.sandboxes.intacct.schema.time import TIME

_audit = (
    Field("ID", "INTEGER", readonly=True, meta="recordno"),
    *text("OBJECTTYPE OBJECTKEY USERID WORKFLOWACTION OBJECTDESC"),
    Field("ACCESSTIME", "TIMESTAMP", readonly=True, meta="created"),
    *choice("ACCESSMODE", "C|M|D|A", "Create Modify Delete Approve"),
    *choice("SOURCE", "api|csv|system|ui"),
)
AUDITHISTORY: Final = Object(
    "AUDITHISTORY", _audit, "ID", "OBJECTKEY", writable=READ_ONLY, stamped=False, audited=False
)

_folder = listed(
    *text("NAME*", 200), *text("DESCRIPTION", 1000), *text("PARENTFOLDER"), stamped=False
)
SUPDOCFOLDER: Final = Object(
    "SUPDOCFOLDER",
    _folder,
    "NAME",
    label="Attachment folder",
    writable=READ_ONLY,
    legacy="supdocfolder",
    stamped=False,
)
_supdoc = listed(
    *text("SUPDOCID", 100), *text("NAME*", 200), *text("FOLDERNAME* DESCRIPTION"), stamped=False
)
SUPDOC: Final = Object(
    "SUPDOC",
    _supdoc,
    "SUPDOCID",
    label="Attachment",
    writable=READ_ONLY,
    legacy="supdoc",
    stamped=False,
)
_file = (
    Field("RECORDNO", "INTEGER", readonly=True, meta="recordno"),
    Field("SUPDOCKEY", "INTEGER", readonly=True, meta="parent"),
    *text("ATTACHMENTNAME ATTACHMENTTYPE ATTACHMENTDATA"),
    *whole("LINE_NO"),
)
SUPDOCFILE: Final = Object(
    "SUPDOCFILE",
    _file,
    title="ATTACHMENTNAME",
    writable=READ_ONLY,
    stamped=False,
    audited=False,
    parent="SUPDOC",
)

OBJECTS: Final = (
    *LISTS,
    *LEDGER,
    *PROJECTS,
    *TIME,
    *DOCUMENTS,
    AUDITHISTORY,
    SUPDOCFOLDER,
    SUPDOC,
    SUPDOCFILE,
)
BY_NAME: Final = {entry.name: entry for entry in OBJECTS}
BY_LEGACY: Final = {entry.legacy: entry for entry in OBJECTS if entry.legacy}
# What the generic functions do not know.
HIDDEN: Final = frozenset({"SUPDOCFILE", "SUPDOC", "SUPDOCFOLDER"})
