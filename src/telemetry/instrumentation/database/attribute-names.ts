/**
 * Names of the semantic conventions for databases, as far as they are used here.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-spans/
 */
export const DB_ATTR = {
  collectionName: 'db.collection.name',
  namespace: 'db.namespace',
  operationBatchSize: 'db.operation.batch.size',
  operationName: 'db.operation.name',
  querySummary: 'db.query.summary',
  queryText: 'db.query.text',
  responseStatusCode: 'db.response.status_code',
  systemName: 'db.system.name',
} as const

/** Upper bounds in seconds of the buckets of `db.client.operation.duration`, as the conventions ask. */
export const OPERATION_BUCKETS_S = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
