"""Latency of the endpoint: small queries alone, and while one query runs away.

python benchmarks/serve.py DESIGN [clients] [seconds] [store]
"""

from __future__ import annotations

import http.client
import re
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

SMALL = "SELECT ?name ?verdict { ?link <https://w3id.org/opticgraph/ontology#verdict> ?verdict } LIMIT 10"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def main(design: str, clients: int = 8, seconds: float = 10.0, store: str = "") -> None:
    """Print requests a second and latencies, in milliseconds, alone and beside an endless query."""
    began = time.monotonic()
    command = [sys.executable, "-m", "opticgraph.cli", "serve", design, "--port", "0"]
    command += ["--store", store] if store else []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        said = server.stderr.readline()
        found = re.search(r":([0-9]+)/", said)
        assert found, said
        port = int(found[1])
        print(f"{said.split(' at ')[0].removeprefix('opticgraph: ')}, ready after {time.monotonic() - began:.1f} s")
        try:
            tell("alone", load(port, clients, seconds))
            thread = threading.Thread(target=ask, args=(port, ENDLESS))
            thread.start()
            time.sleep(1)
            tell("beside one endless query", load(port, clients, seconds))
            print("the endless query", "still ran" if thread.is_alive() else "had ended", "at the end")
            thread.join()
        finally:
            server.terminate()


def load(port: int, clients: int, seconds: float) -> tuple[float, list[float]]:
    """Requests a second, and how long each took."""
    until = time.monotonic() + seconds

    def client(_: int) -> list[float]:
        took = []
        while (start := time.monotonic()) < until:
            ask(port, SMALL)
            took.append(time.monotonic() - start)
        return took

    with ThreadPoolExecutor(clients) as pool:
        took = [each for some in pool.map(client, range(clients)) for each in some]
    return len(took) / seconds, took


def ask(port: int, query: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", "/sparql", body=query, headers={"Content-Type": "application/sparql-query"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200 or query == ENDLESS, answer.status


def tell(what: str, told: tuple[float, list[float]]) -> None:
    rate, took = told
    cuts = statistics.quantiles(took, n=100)
    print(f"{what}: {rate:.0f} requests/s; median {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, "
          f"longest {max(took) * 1000:.0f} ms")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:4]), *sys.argv[4:5])
