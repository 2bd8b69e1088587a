/**
 * How deep an attribute value or a log body may nest lists and maps. Google's parsers stop at 100 nested messages, which
 * is 33 to 50 levels here; nobody reads a value nested deeper than this.
 *
 * @see https://protobuf.dev/programming-guides/proto-limits/
 */
export const MAX_VALUE_DEPTH = 64

/**
 * How many items (resources, scopes, spans, events, links, metrics, points, exemplars, log records) one request may
 * hold. An empty span is 2 bytes on the wire and about 200 in memory: without a limit, 64 MiB of them end the process.
 * A real body of 64 MiB holds some 150,000 spans.
 */
export const MAX_ITEMS = 1_000_000

/** How many attributes and list elements one request may hold, for the same reason. Real: some 2,000,000 in 64 MiB. */
export const MAX_VALUES = 4_000_000

/** How many `{` and `[` the text of a JSON request may hold: each costs 3 bytes to send and about 60 in memory. */
export const MAX_JSON_STRUCTURES = 8_000_000
