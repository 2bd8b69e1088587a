/**
 * Where a service is in its life. It only moves forward; `failed` can follow any state but `stopped`.
 *
 * `starting` begins with the first component and `ready` with the last, once every listener is bound and every check
 * has been run. `draining` still serves, `stopping` no longer does.
 */
export type LifecycleState = 'created' | 'starting' | 'ready' | 'draining' | 'stopping' | 'stopped' | 'failed'
