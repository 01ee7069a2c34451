"""OpenMetadata: one test result for each rule, from a result that `opticgraph audit --report result.json` wrote.

Test cases hang on tables there: make one for each rule on the table that stands for the link sheet, and give their ids
in CASES, a JSON file of rule -> id. HOST is the server, TOKEN a bot's. Usage: python openmetadata.py result.json
"""

import json
import os
import sys
import time
import urllib.request

HOST, TOKEN = os.environ["HOST"].rstrip("/"), os.environ["TOKEN"]


def told(result):
    """Of every rule that judged something the status and what to read."""
    open_ = [each for each in result["findings"] if not each.get("waived") and not each.get("known")]
    for rule in result["coverage"]:
        found = [each for each in open_ if each["rule"] == rule["rule"]]
        if rule["judged"] or found:
            status = "Failed" if found else "Success"
            first = f": {found[0]['message']}" if found else ""
            yield rule["rule"], status, f"{len(found)} findings on {rule['judged']} judged{first}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file, open(os.environ["CASES"], encoding="utf-8") as cases:
        result, ids = json.load(file), json.load(cases)
    for rule, status, words in told(result):
        if rule in ids:
            body = {"timestamp": int(time.time() * 1000), "testCaseStatus": status, "result": words}
            address = f"{HOST}/api/v1/dataQuality/testCases/{ids[rule]}/testCaseResult"
            headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
            request = urllib.request.Request(address, json.dumps(body).encode(), headers, method="PUT")
            urllib.request.urlopen(request, timeout=10).close()


if __name__ == "__main__":
    main()
