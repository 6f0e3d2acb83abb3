import type { LineageEvent, RunRecord } from "@groundwork/contracts";

const PRODUCER = "https://github.com/groundwork/groundwork";
const SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/definitions/RunEvent";

/** An OpenLineage run event of an ingestion. */
export function runEvent(eventType: LineageEvent["eventType"], record: RunRecord): LineageEvent {
  return {
    eventType,
    eventTime: new Date().toISOString(),
    producer: PRODUCER,
    schemaURL: SCHEMA,
    run: {
      runId: record.runId,
      facets: {
        groundwork_configuration: {
          _producer: PRODUCER,
          _schemaURL: SCHEMA,
          fingerprint: record.configuration,
          stages: record.stages.map(({ name, revision }) => ({ name, revision })),
          ...(record.counts === undefined ? {} : { counts: record.counts }),
        },
      },
    },
    job: { namespace: "groundwork", name: record.kind },
  };
}
