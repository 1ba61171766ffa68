"""What a function does before Lambda takes a snapshot of it, and after it was restored from one.

Lambda initialises a published version once, and starts each of its environments from that snapshot:
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html
"""

import os
import random

from ledgerlink.bootstrap import build, client, dependencies, large_worker


def use_snapshots() -> None:
    """Register what is done around snapshots. Lambda's runtime brings the registry; without it
    nothing is restored, and clients and connectors are made when they are first needed."""
    try:
        from snapshot_restore_py import register_after_restore, register_before_snapshot
    except ImportError:
        return
    register_before_snapshot(make_everything)
    # All environments of a snapshot would wait for the same times before they try again.
    register_after_restore(random.seed)


def make_everything() -> None:
    """Make the dependencies with every AWS client and connector, so that the snapshot holds them.

    None opens a connection before it is used. Where snapshots are taken, Lambda hands credentials
    out at a local address, so the clients renew them after a restore.
    """
    from ledgerlink.connectors.shared import network
    from ledgerlink.connectors.shared.tls import trusted

    build(os.environ, client)  # `client` keeps what it made
    large_worker()
    list(dependencies().connectors.values())
    network.load()
    trusted()
