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

/**
 * How many bucket counts of exponential histograms one request may hold: each can be one byte on the wire and takes
 * eight in memory. The other lists of numbers have eight bytes per element on the wire as well.
 */
export const MAX_LISTED_COUNTS = 8_000_000

/**
 * How many objects and lists a JSON request may hold: each costs 3 bytes to send and about 60 in memory. Real: some
 * 1,800,000 in 64 MiB.
 */
export const MAX_JSON_STRUCTURES = 4_000_000

/**
 * How deep a JSON request may nest, fields that we do not know included. A value of {@link MAX_VALUE_DEPTH} maps takes
 * 260 levels.
 */
export const MAX_JSON_DEPTH = 1000
