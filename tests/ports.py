"""Loopback ports for servers that are started, killed and started again on the same number.

The system lends ports of its own range (Linux: ip_local_port_range, from 32768) to any connection that goes out, so
that one which was free at the first start may be taken at the second. These lie below that range.
"""

from __future__ import annotations

import itertools
import os
import random
import socket
from pathlib import Path

LOWEST = 12000
"""Below are the well-known ones of databases and the like."""
LENT = Path("/proc/sys/net/ipv4/ip_local_port_range")


def _mine() -> list[int]:
    """Ports that no connection that goes out gets, and no other worker of the same run; in an order of chance."""
    end = int(LENT.read_text().split()[0]) if LENT.exists() else 32768
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    found = list(range(LOWEST + number, max(end, LOWEST + 4000), workers))
    random.SystemRandom().shuffle(found)
    return found


_candidates = itertools.cycle(_mine())


def free_port() -> int:
    """A loopback port that is free now, each time another one."""
    for port in _candidates:
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no loopback port is free")


def free_ports(count: int) -> list[int]:
    """So many, all different."""
    return [free_port() for _ in range(count)]
