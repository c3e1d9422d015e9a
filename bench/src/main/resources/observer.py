"""Watches a GCS, and says when it first sees one node alive, when two, and so on.

Reads one line, "ADDRESS:PORT NODES [TOKEN-FILE]", and answers each number of nodes with "alive NUMBER TIME", the time in
seconds since 1970. Asks ten times a second. Ends when all are alive, or with its standard input. Where a token guards
the GCS, RAY_AUTH_MODE=token must be set from the beginning, as Ray reads that when it is imported.
"""
import os
import socket
import sys
import threading
import time

import ray  # noqa: F401  Ray is imported before the clock runs
from ray._raylet import GcsClient

INTERVAL = 0.1
ALIVE = 0  # GcsNodeInfo.ALIVE


def say(*words):
    print(*words, flush=True)


def end_with_input():
    sys.stdin.read()
    os._exit(0)


def listens(address):
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
        return True
    except OSError:
        return False


say("ready")
request = sys.stdin.readline().split()
if not request:
    sys.exit(0)
address, nodes = request[0], int(request[1])
if len(request) > 2:
    os.environ["RAY_AUTH_TOKEN_PATH"] = request[2]
threading.Thread(target=end_with_input, daemon=True).start()

seen = 0
client = None
asked_at = time.monotonic()
while seen < nodes:
    try:
        if client is None and listens(address):
            client = GcsClient(address=address)
        if client is not None:
            infos = client.get_all_node_info(timeout=1)
            alive = sum(1 for info in infos.values() if info.state == ALIVE)
            now = time.time()
            while seen < min(alive, nodes):
                seen += 1
                say("alive", seen, now)
    except Exception as e:  # not up yet
        print("observer:", type(e).__name__, str(e)[:200].replace("\n", " "), file=sys.stderr, flush=True)
    asked_at += INTERVAL
    time.sleep(max(0.0, asked_at - time.monotonic()))
    asked_at = max(asked_at, time.monotonic() - INTERVAL)
os._exit(0)
