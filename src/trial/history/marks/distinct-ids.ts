/** Requests that differ by one thing only begin; `load` says by which, `asked` what they ask for: `GET /orders/{id}`. */
export const DISTINCT_BEGAN = 'distinct-ids.began'
/** All of them were sent, and what comes to be known of them from here on is known. */
export const DISTINCT_ENDED = 'distinct-ids.ended'

/** Each asks for the same with another query. */
export const QUERY_LOAD = 'distinct-query'
/** Each asks one route for something else. */
export const ID_LOAD = 'distinct-id'
/** Each asks for a path that nobody has. */
export const PATH_LOAD = 'distinct-path'
