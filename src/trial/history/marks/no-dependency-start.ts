/** The dependency that was refused from the beginning works from now on. */
export const DEPENDENCY_RETURNED = 'no-dependency-start.dependency.returned'

/**
 * How long the service may take to become ready after that, in milliseconds. Clients that wait longer and longer between
 * attempts are at a few seconds by then.
 */
export const RECOVERY_MS = 15_000
