/**
 * Every error code of Seaworthy and what it means. A public contract: a code is never reused and never changes its
 * meaning; a retired one stays listed. The reference page `docs/reference/errors.md` is generated from this table.
 */
export const ERRORS = {
  SEA_OPTIONS_INVALID: 'An option has a wrong type, a value out of range, or a name that does not exist.',
  SEA_ENV_INVALID: 'An environment variable with a fixed meaning holds a value that does not parse.',
  SEA_CONFIG_INVALID:
    'The configuration was refused: a file, variable or value in it is not valid, or a key is missing or unknown.',
  SEA_CATALOGUE_INVALID: 'A file in a catalogue folder does not export what the catalogue expects.',
  SEA_BUDGET_EXCEEDS_GRACE: 'The shutdown budget is longer than the declared time between SIGTERM and SIGKILL.',
  SEA_GRAPH_DUPLICATE: 'Two components of a service have the same name.',
  SEA_GRAPH_UNKNOWN_NEED: 'A component needs another that was never added.',
  SEA_GRAPH_CYCLE: 'Components need each other in a circle, so none of them can start first.',
  SEA_START_FAILED: 'A component threw while it started; what had started was stopped again.',
  SEA_START_TIMED_OUT: 'A component did not start within its deadline, or within the deadline of the whole start.',
  SEA_START_INTERRUPTED: 'A shutdown was asked for while the service was still starting.',
  SEA_SHUTDOWN_FAILED: 'At least one handler of a shutdown threw or did not end in time; the others ran all the same.',
  SEA_LISTENER_NOT_LISTENABLE: 'The start of a listener returned something that can’t answer requests.',
  SEA_SERVICE_UNSUPPORTED_PROCESS: 'A service was run in a worker thread or in a worker of a cluster.',
  SEA_NODE_TOO_OLD: 'The running Node is older than the package supports.',
  SEA_SERVICE_REFUSED:
    'Configuration, environment and options of a service have several problems; nothing was started.',
  SEA_SERVICE_NOT_STARTED: 'Something that only a started service has was asked for before its start.',
  SEA_RELOAD_OFF:
    'The configuration of a service was to be reloaded or followed, and the service was created without `config.reload`.',
  SEA_SQLITE_UNUSABLE:
    'A SQLite database file could not be opened, is not writable, or its schema could not be applied.',
  SEA_POSTGRES_UNUSABLE: 'A PostgreSQL database could not be connected to when a pool or a listener started.',
  SEA_DATABASE_UNUSABLE: 'A database could not be connected to, or did not answer, at the start of its resource.',
  SEA_DATABASE_TIMED_OUT:
    'A database made no connection, or gave no answer, within the time that its adapter allows for it.',
  SEA_DATABASE_IN_USE:
    'Connections to a database were still in use when the time of its stop was nearly over; they were cut, and what ran on them has failed.',
  SEA_DATABASE_QUEUE_FULL: 'A call to a database was refused because as many as may wait for it do so already.',
  SEA_CONNECTION_LOST: 'A connection of a consumer or publisher to its server is lost; it is being opened again.',
  SEA_WORK_GIVEN_BACK:
    'A message was left to another consumer because the service is ending: for the client that sees it, it was not handled.',
  SEA_PROCESS_NOT_STARTED: 'The command of a service to be run does not exist or may not be run.',
  SEA_CLI_USAGE: 'A command line has a word, an option or a value that is not understood.',
  SEA_LIFECYCLE_STARTED: 'Something was added to a service or a shutdown that had already begun.',
  SEA_HEALTH_DUPLICATE: 'Two health checks have the same name.',
  SEA_METRIC_CALLBACK_FAILED:
    'A callback of an observable instrument threw or did not end in time; its values are missing from that collection.',
  SEA_OTLP_MALFORMED: 'Bytes or text that should be an OTLP message cannot be read as one.',
  SEA_OTLP_NOT_ENCODABLE:
    'A value has no OTLP form: nested too deeply, beyond 64 bits, or an id that is not hexadecimal.',
  SEA_RECEIVER_PORT_TAKEN: 'The port that the receiver should listen on belongs to another process.',
  SEA_RECEIVER_LISTEN_FAILED: 'The receiver cannot listen: no such address here, or no right to the port.',
  SEA_RECEIVER_STOPPED: 'A receiver was used after it had been stopped.',
  SEA_TESTING_TIMED_OUT: 'What a test waited for did not arrive at the receiver in time.',
  SEA_LISTENER_PORT_TAKEN: 'The port that a listener should be bound to belongs to another process.',
  SEA_LISTENER_BIND_FAILED:
    'A listener cannot be bound: no such address here, no right to the port, or not a free server.',
  SEA_LISTENER_CLAIMED: 'One server was given to two listeners, so two would count and close its connections.',
  SEA_TLS_INVALID:
    'A certificate, its key or its authorities can not be used: a file is missing or not what it should be, or the pair does not belong together.',
  SEA_LISTENER_SILENT: 'A server that its application was to tell to listen has not listened in time.',
  SEA_REQUEST_CLIENT_GONE:
    'Why the signal of a request was aborted: its client went away before the answer was complete.',
  SEA_REQUEST_SHUTDOWN: 'Why the signal of a request was aborted: the service shuts down, and its time is running out.',
  SEA_REQUEST_CUT: 'An answer was cut short because its handler failed after its headers had been sent.',
  SEA_WORK_REFUSED: 'A job or a promise in the background was to begin after the service had ended its work.',
  SEA_TASK_RESTARTS_EXCEEDED:
    'A supervised task, or its group, failed more often than it may be restarted; the service ended with exit code 70.',
  SEA_TASK_STALLED: 'A run of a task made no progress for the time that its definition allows; it was aborted.',
  SEA_TASK_ENDED: 'A run of a permanent task ended, which counts as a failure.',
  SEA_TASK_SIGNAL_IGNORED:
    'A run that was to be replaced did not end after its signal was aborted; the service ended with exit code 70.',
  SEA_RESOURCE_ABSENT:
    'A component was asked for that the service does not wait for, and that had not come yet; a request is best answered with 503.',
  SEA_LISTENER_FAILED: 'A listener that was bound reported an error; it may not accept connections any more.',
  SEA_POLICY_TIMED_OUT: 'A call under a policy took longer than its total timeout, or than the deadline of who asked.',
  SEA_POLICY_ATTEMPT_TIMED_OUT: 'One attempt of a call under a policy took longer than the timeout of an attempt.',
  SEA_POLICY_CIRCUIT_OPEN: 'A call was not made, because the circuit breaker of its dependency is open.',
  SEA_POLICY_BULKHEAD_FULL: 'A call was not made: as many as may run are running, and as many as may wait are waiting.',
  SEA_POLICY_BODY_NOT_REPLAYABLE: 'A request that may be sent again has a body that can be read only once.',
  SEA_TRIAL_NOT_LISTENING:
    'A service under trial opened no port in its startup time, or ended before it did; nothing could be tried.',
  SEA_TRIAL_NO_ROUTE:
    'A service under trial answered no request with success, and none was declared; there is nothing to put load on.',
  SEA_TRIAL_DECLARATION_INVALID:
    'What was said of a service under trial, by a flag, in a file or in a manifest, cannot be read.',
  SEA_TRIAL_SAVED_INVALID:
    'A file that should hold a saved run of trials cannot be read: it is none, of another version, or not whole.',
  SEA_LOAD_CONNECTION_CLOSED: 'A request was to be sent on a connection that is closed.',
} as const satisfies Record<`SEA_${string}`, string>

/** One of the codes of {@link ERRORS}: what `error.code` holds. */
export type ErrorCode = keyof typeof ERRORS
