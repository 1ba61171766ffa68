"""Which addresses a group of processes listens on, read from /proc."""

import ipaddress
import os
import sys
from pathlib import Path

LISTEN = "0A"
TABLES = {"tcp": 4, "tcp6": 16}


def listening_addresses(pids: list[int]) -> set[tuple[str, int]]:
    """(address, port) of every listening TCP socket that one of the processes holds."""
    inodes = {inode for pid in pids for inode in _socket_inodes(pid)}
    return {
        (address, port)
        for table in TABLES
        for address, port, inode in _listening(table)
        if inode in inodes
    }


def _socket_inodes(pid: int) -> set[str]:
    links = [os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()]
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def _listening(table: str) -> list[tuple[str, int, str]]:
    found = []
    for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == LISTEN:
            address, port = fields[1].split(":")
            found.append((_readable(address), int(port, 16), fields[9]))
    return found


def _readable(address: str) -> str:
    """The kernel prints each 32-bit word in the machine's byte order."""
    raw = bytes.fromhex(address)
    words = [raw[i : i + 4] for i in range(0, len(raw), 4)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    return str(ipaddress.ip_address(b"".join(words)))
