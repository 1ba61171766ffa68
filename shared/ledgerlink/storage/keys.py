"""Every key of the one table, by what is read with it. Keys are built here and nowhere else.

| to read | pk | sk |
|---|---|---|
| a firm's connections, one connection | firm | connection#id |
| an idempotency key's run | firm/connection | idempotency#key |
| rules of a kind, one rule's history | firm/connection | rule#kind#key, rulelog#kind#key#version |
| how often rules were changed | firm/connection | rules |
| links by posting key | firm/connection/links/shard | key#key |
| receipts' links with long keys | firm/connection/links/shard | receipt#beginning#key |
| links by a member | firm/connection/links/shard | member#kind#record |
| whether any link is found by a member | firm/connection | members#kind |
| links by day of work | firm/connection/worked | first day of the week#content |
| links by the ledger's id | firm/connection/written/kind | block of ids#content |
| settings, how far the lists are, the feed's head | firm/connection | settings, sync, feed |
| when it is due, metered calls of a month | firm/connection | schedule, usage#month |
| records of a list, one record | firm/connection/records/type | record#id |
| whether a record has others below it | firm/connection/children/type | child#parent#ids |
| the feed from an entry on | firm/connection/feed | entry#seq |
| runs newest first, one run | firm/connection | run#id |
| runs that are not finished | firm/connection/unfinished | run#id |
| where the state machine of an import waits | firm/connection | machine#id |
| connector state, the right to refresh | firm/connection | lane, refresh |
| a run's progress by chunk | firm/connection/run | progress#chunk |
| outcomes of a slice of a plan | firm/connection/run | item#first seq#moment |
| who has a company | company/ledger/id | claim |
| a consent under way | authorization/hash | authorization |
| connections that are due | due/shard | moment#firm#connection |
| the application's metered calls of a month | usage/ledger | usage#month |
| which shape the rows have, how far a migration is | table | shape, migration#shape |

The last five rows are read before a firm is known, or for all firms. They contain only names of a
firm (firm, connection, user) and the time at which a connection is due.
"""

import hashlib
from urllib.parse import quote

from ledgerlink.domain.model.connections import ConnectionKey

PLAN_DIGITS = 9
"""Digits of a number in a key."""
QUOTED = {code: quote(chr(code), safe="") for code in range(128)}
"""What each character of ASCII becomes in a part of a key."""
LAST_NUMBER = 10**PLAN_DIGITS - 1
HASHED = "="
LONGEST_PART = 240
"""Characters of a part of a key. A longer part is replaced by its hash."""
DUE_SHARDS = range(16)
"""The partitions of the index of due times, so that no single one takes all writes."""
LINK_SHARDS = range(16)
"""The partitions of a connection's links. A ledger that takes 3,500 entries in a request has their
links written at once, and one partition takes 1,000 a second. Another number is another shape."""
ID_BLOCK = 128
"""Ids of the ledger that share the rows by which their links are found. Ledgers count upwards, so
that records which are posted together have ids close to each other. Another number is another
shape."""
MOST_DIGITS = 18
"""Digits of an id that is taken for a number."""
TABLE = "table"
"""The partition of what is said of the table itself."""


def _join(*parts: str) -> str:
    """The parts as one key. `#` inside a part is quoted, so that keys are unambiguous."""
    return "#".join(map(_part, parts))


def _part(text: str) -> str:
    """A quoted part of a key. A long one is replaced by its hash, because DynamoDB limits sort keys
    to 1,024 bytes."""
    quoted = _quoted(text)
    if len(quoted) <= LONGEST_PART:
        return quoted
    return HASHED + hashlib.sha256(text.encode()).hexdigest()


def _quoted(text: str) -> str:
    """As `quote` writes it, at a quarter of its CPU for ASCII, as most parts are."""
    return text.translate(QUOTED) if text.isascii() else quote(text, safe="")


def is_hashed(text: str) -> bool:
    """Whether a part of a key is so long that its hash stands in its place."""
    return len(_quoted(text)) > LONGEST_PART


def is_a_hash(part: str) -> bool:
    """Whether a part of a stored key is a hash; a quoted one never begins so."""
    return part.startswith(HASHED)


def firm(firm_id: str) -> str:
    """The partition of a firm's connections."""
    return _join("firm", firm_id)


def connection(connection_key: ConnectionKey) -> str:
    """The partition of everything that belongs to a connection and has no partition of its own."""
    return _join("firm", connection_key.firm, "connection", connection_key.id)


def links(connection_key: ConnectionKey, name: str) -> str:
    """The partition of the links whose place is decided by `name`: the posting key; of a receipt,
    the beginning of its posting key, so that the receipts of a record are together."""
    digest = hashlib.sha256(name.encode()).digest()
    shard = f"{digest[0] % len(LINK_SHARDS):02d}"
    return _join("firm", connection_key.firm, "connection", connection_key.id, "links", shard)


def worked(connection_key: ConnectionKey) -> str:
    """The partition of the rows by which links are found by day of work."""
    return _join("firm", connection_key.firm, "connection", connection_key.id, "worked")


def written(connection_key: ConnectionKey, kind: str) -> str:
    """The partition of the rows by which links are found by the ledger's id."""
    return _join("firm", connection_key.firm, "connection", connection_key.id, "written", kind)


def id_block(ledger_id: str) -> int | None:
    """The number of the block that an id of the ledger belongs to; None for one that is no plain
    number and has a block of its own."""
    plain = ledger_id.isascii() and ledger_id.isdigit() and len(ledger_id) <= MOST_DIGITS
    return int(ledger_id) // ID_BLOCK if plain else None


def run(connection_key: ConnectionKey, run_id: str) -> str:
    """The partition of a run's progress and outcomes."""
    return _join("firm", connection_key.firm, "connection", connection_key.id, "run", run_id)


def unfinished(connection_key: ConnectionKey) -> str:
    """The partition of the runs that are not finished. There are few, so that all of them can be
    read often."""
    return _join("firm", connection_key.firm, "connection", connection_key.id, "unfinished")


def records(connection_key: ConnectionKey, kind: str) -> str:
    """The partition of a list's records."""
    return _join("firm", connection_key.firm, "connection", connection_key.id, "records", kind)


def children(connection_key: ConnectionKey, kind: str) -> str:
    """The partition of a list's parents with their children."""
    return _join("firm", connection_key.firm, "connection", connection_key.id, "children", kind)


def feed(connection_key: ConnectionKey) -> str:
    """The partition of a connection's feed."""
    return _join("firm", connection_key.firm, "connection", connection_key.id, "feed")


def due(shard: int) -> str:
    """One of the partitions of the index of due times."""
    return _join("due", f"{shard:02d}")


def due_shard(connection_key: ConnectionKey) -> int:
    """The partition of that index that a connection is in."""
    digest = hashlib.sha256(row(connection_key.firm, connection_key.id).encode()).digest()
    return digest[0] % len(DUE_SHARDS)


def usage(ledger: str) -> str:
    """The partition of all firms' metered calls to a ledger."""
    return _join("usage", ledger)


def company(ledger: str, company_id: str) -> str:
    """The partition of the claim on a company, over all firms."""
    return _join("company", ledger, company_id)


def authorization(state: str) -> str:
    """The partition of a consent. Its state is stored as a hash, because it is a secret."""
    return _join("authorization", hashlib.sha256(state.encode()).hexdigest())


def row(*parts: str) -> str:
    """A sort key of these parts."""
    return _join(*parts)


def under(*parts: str) -> str:
    """The beginning of all sort keys with these parts and more."""
    return _join(*parts) + "#"


def number(value: int) -> str:
    """A number that sorts as text."""
    return f"{value:0{PLAN_DIGITS}d}"


def prefix(connection_key: ConnectionKey) -> str:
    """The beginning of the names of a connection's files."""
    return f"firms/{_part(connection_key.firm)}/connections/{_part(connection_key.id)}"


def company_prefix(firm: str, ledger: str, company_id: str) -> str:
    """The beginning of the names of files that outlive a firm's connection to a company."""
    return f"firms/{_part(firm)}/companies/{_part(ledger)}/{_part(company_id)}"


def secret(connection_key: ConnectionKey) -> str:
    """The name of a connection's secret, with the characters that Secrets Manager allows."""
    return prefix(connection_key).replace("%", "+").replace("~", "+7E")
