"""DataHub: one assertion for each rule, with its result, from what `opticgraph audit --report result.json` wrote.

DATASET is the URN of the data set that the link sheet is there, such as
urn:li:dataset:(urn:li:dataPlatform:file,network/links.csv,PROD). With SERVER, and TOKEN if it wants one, results are
sent there; without, they are written to datahub.json, which DataHub's file source reads. Needs acryl-datahub.
Usage: python datahub_assertions.py result.json
"""

import json
import os
import sys
import time

from datahub.emitter.mce_builder import datahub_guid, make_assertion_urn
from datahub.emitter.mcp import MetadataChangeProposalWrapper as Proposal
from datahub.ingestion.sink.file import write_metadata_file
from datahub.metadata import schema_classes as of

DATASET = os.environ["DATASET"]


def told(result):
    """Of every rule that judged something the rule, its findings that count, and how many things it judged."""
    open_ = [each for each in result["findings"] if not each.get("waived") and not each.get("known")]
    for rule in result["coverage"]:
        found = [each for each in open_ if each["rule"] == rule["rule"]]
        if rule["judged"] or found:
            yield rule["rule"], found, rule["judged"]


def proposals(result):
    """What each rule asserts, and how this run of it went."""
    now = int(time.time() * 1000)
    for rule, found, judged in told(result):
        urn = make_assertion_urn(datahub_guid({"dataset": DATASET, "rule": rule}))
        asserts = of.CustomAssertionInfoClass(type="opticgraph", entity=DATASET, logic=rule)
        about = of.AssertionInfoClass(type=of.AssertionTypeClass.CUSTOM, customAssertion=asserts, description=rule)
        words = {"judged": str(judged), **{each["id"]: each["message"] for each in found[:20]}}
        outcome = of.AssertionResultTypeClass.FAILURE if found else of.AssertionResultTypeClass.SUCCESS
        event = of.AssertionRunEventClass(
            timestampMillis=now,
            runId=f"opticgraph-{now}",
            asserteeUrn=DATASET,
            assertionUrn=urn,
            status=of.AssertionRunStatusClass.COMPLETE,
            result=of.AssertionResultClass(type=outcome, unexpectedCount=len(found), nativeResults=words),
        )
        yield Proposal(entityUrn=urn, aspect=about)
        yield Proposal(entityUrn=urn, aspect=event)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        made = list(proposals(json.load(file)))
    if "SERVER" not in os.environ:
        write_metadata_file("datahub.json", made)
        return
    from datahub.emitter.rest_emitter import DataHubRestEmitter

    with DataHubRestEmitter(os.environ["SERVER"], token=os.environ.get("TOKEN")) as emitter:
        for each in made:
            emitter.emit(each)


if __name__ == "__main__":
    main()
