/** A metric of Seaworthy's own. Those of the semantic conventions have their names, and are described there. */
export interface OwnMetric {
  readonly instrument: 'counter' | 'up-down counter' | 'gauge'
  readonly unit: string
  readonly attributes: readonly string[]
  readonly meaning: string
  /** The page of the guide that it belongs to. */
  readonly guide: string
}

/** Every metric whose name begins with `seaworthy.`. */
export const OWN_METRICS: Readonly<Record<`seaworthy.${string}`, OwnMetric>> = {
  'seaworthy.breaker.changes': {
    instrument: 'counter',
    unit: '{change}',
    attributes: ['dependency', 'state'],
    meaning: 'Changes of a circuit breaker, by the state that they led to.',
    guide: 'resilience',
  },
  'seaworthy.breaker.state': {
    instrument: 'gauge',
    unit: '',
    attributes: ['dependency'],
    meaning: 'State of a circuit breaker: 0 closed, 1 half open, 2 open.',
    guide: 'resilience',
  },
  'seaworthy.bulkhead.running': {
    instrument: 'gauge',
    unit: '{call}',
    attributes: ['dependency'],
    meaning: 'Calls that have a place in the bulkhead of a policy.',
    guide: 'resilience',
  },
  'seaworthy.bulkhead.waiting': {
    instrument: 'gauge',
    unit: '{call}',
    attributes: ['dependency'],
    meaning: 'Calls that wait for a place in the bulkhead of a policy.',
    guide: 'resilience',
  },
  'seaworthy.config.generation': {
    instrument: 'gauge',
    unit: '{generation}',
    attributes: [],
    meaning: 'The number of the configuration in force. It grows, and is never given twice.',
    guide: 'configuration-reload',
  },
  'seaworthy.config.last_reload_successful': {
    instrument: 'gauge',
    unit: '',
    attributes: [],
    meaning: '0 from a refusal or rollback to the next good reload, otherwise 1. Alert on it.',
    guide: 'configuration-reload',
  },
  'seaworthy.config.reload': {
    instrument: 'counter',
    unit: '{reload}',
    attributes: ['result'],
    meaning: 'Reloads: `applied`, `unchanged`, `pending_restart`, `rejected` or `rolled_back`.',
    guide: 'configuration-reload',
  },
  'seaworthy.crash.found': {
    instrument: 'counter',
    unit: '{process}',
    attributes: ['seaworthy.crash.cause'],
    meaning: 'Processes of the service that had died, and of which this one has told.',
    guide: 'crashes',
  },
  'seaworthy.database.connection.errors': {
    instrument: 'counter',
    unit: '{error}',
    attributes: ['dependency', 'db.system.name', 'kind'],
    meaning:
      'Connections to a database that could not be made (`connect`), gave no answer in time (`timeout`) or broke (`lost`).',
    guide: 'databases',
  },
  'seaworthy.event_loop.stuck': {
    instrument: 'counter',
    unit: '{occurrence}',
    attributes: [],
    meaning: 'How often the event loop did not turn for so long that `/livez` said no; counted when it turns again.',
    guide: 'off-loop-probes',
  },
  'seaworthy.health.group.status': {
    instrument: 'gauge',
    unit: '',
    attributes: ['group'],
    meaning: 'What a group of checks counts as: 1 healthy, 0.5 degraded, 0 unhealthy, -1 unknown.',
    guide: 'health',
  },
  'seaworthy.health.status': {
    instrument: 'gauge',
    unit: '',
    attributes: ['check', 'critical'],
    meaning: 'What a check counts as, by the same numbers.',
    guide: 'health',
  },
  'seaworthy.health.transitions': {
    instrument: 'counter',
    unit: '{transition}',
    attributes: ['check` or `group', 'from', 'to'],
    meaning: 'Changes of what a check or a group counts as.',
    guide: 'health',
  },
  'seaworthy.log.level_changes': {
    instrument: 'counter',
    unit: '{change}',
    attributes: ['change'],
    meaning: 'Levels of loggers that were set for a while (`set`), or undone (`reverted`).',
    guide: 'logging',
  },
  'seaworthy.policy.budget.exhausted': {
    instrument: 'counter',
    unit: '{retry}',
    attributes: ['dependency'],
    meaning: 'Retries that were not made because the budget was used up.',
    guide: 'resilience',
  },
  'seaworthy.policy.calls': {
    instrument: 'counter',
    unit: '{call}',
    attributes: ['dependency', 'outcome', 'error.type'],
    meaning: 'Calls under a policy: `success`, `failure`, `timeout`, `cancelled`, `circuit_open` or `bulkhead_full`.',
    guide: 'resilience',
  },
  'seaworthy.policy.retries': {
    instrument: 'counter',
    unit: '{retry}',
    attributes: ['dependency', 'error.type'],
    meaning: 'Attempts after the first, by what had failed before.',
    guide: 'resilience',
  },
  'seaworthy.request.failures': {
    instrument: 'counter',
    unit: '{request}',
    attributes: ['listener', 'outcome', 'http.response.status_code'],
    meaning: 'Requests whose handler failed: `answered`, `cut`, `unanswered` or `client_gone`.',
    guide: 'errors',
  },
  'seaworthy.shedding.active': {
    instrument: 'up-down counter',
    unit: '{limit}',
    attributes: ['listener', 'reason'],
    meaning: '1 while requests are refused because of a limit, 0 otherwise.',
    guide: 'load-shedding',
  },
  'seaworthy.shedding.pressure': {
    instrument: 'gauge',
    unit: '1',
    attributes: ['listener', 'reason'],
    meaning: 'How much of a limit is used; above 1 it is exceeded.',
    guide: 'load-shedding',
  },
  'seaworthy.shedding.requests': {
    instrument: 'counter',
    unit: '{request}',
    attributes: ['listener', 'reason'],
    meaning: 'Requests that were refused because there was too much to do.',
    guide: 'load-shedding',
  },
  'seaworthy.startup.failures': {
    instrument: 'counter',
    unit: '{attempt}',
    attributes: ['dependency', 'error.type'],
    meaning: 'Attempts to start a component that failed and were followed by another.',
    guide: 'components',
  },
  'seaworthy.startup.waiting': {
    instrument: 'up-down counter',
    unit: '{component}',
    attributes: ['dependency'],
    meaning: '1 for a component that is waited for, 0 for one that has come or is waited for no more.',
    guide: 'components',
  },
  'seaworthy.task.failures': {
    instrument: 'counter',
    unit: '{failure}',
    attributes: ['task'],
    meaning: 'Runs of a task that failed or stalled, or ended although the task is permanent.',
    guide: 'supervised-tasks',
  },
  'seaworthy.task.restarts': {
    instrument: 'counter',
    unit: '{restart}',
    attributes: ['task'],
    meaning: 'Restarts of a task that were begun.',
    guide: 'supervised-tasks',
  },
  'seaworthy.task.state': {
    instrument: 'up-down counter',
    unit: '{task}',
    attributes: ['task', 'state'],
    meaning: '1 for the state that a task is in, 0 for those that it was in.',
    guide: 'supervised-tasks',
  },
  'seaworthy.telemetry.age': {
    instrument: 'gauge',
    unit: 's',
    attributes: ['signal'],
    meaning: 'Age of the oldest telemetry that is not delivered.',
    guide: 'telemetry',
  },
  'seaworthy.telemetry.created': {
    instrument: 'counter',
    unit: '{item}',
    attributes: ['signal'],
    meaning: 'Spans, log records and data points that were created, or taken over from an earlier process.',
    guide: 'telemetry',
  },
  'seaworthy.telemetry.items': {
    instrument: 'up-down counter',
    unit: '{item}',
    attributes: ['signal', 'outcome', 'reason'],
    meaning: 'Where they are: the sum over all outcomes is what was created.',
    guide: 'telemetry',
  },
  'seaworthy.telemetry.memory.usage': {
    instrument: 'up-down counter',
    unit: 'By',
    attributes: [],
    meaning: 'Encoded telemetry in memory, over all signals.',
    guide: 'telemetry',
  },
  'seaworthy.telemetry.spool.usage': {
    instrument: 'up-down counter',
    unit: 'By',
    attributes: ['signal'],
    meaning: 'Undelivered telemetry on disk.',
    guide: 'telemetry',
  },
  'seaworthy.tls.certificate.not_after': {
    instrument: 'gauge',
    unit: 's',
    attributes: ['listener'],
    meaning: 'When the certificate in use ends, as a Unix time. Alert on what is left of it.',
    guide: 'configuration-reload',
  },
  'seaworthy.tls.certificate.reload': {
    instrument: 'counter',
    unit: '{reload}',
    attributes: ['listener', 'result'],
    meaning: 'Looks at the files of a certificate that had changed: `applied`, `unchanged` or `rejected`.',
    guide: 'configuration-reload',
  },
}

/** A line of the log that programs may look for, by its field `event`. */
export interface OwnEvent {
  readonly level: string
  /** What it has besides `event` and the fields of every line. */
  readonly fields: readonly string[]
  readonly when: string
  /** The page of the guide that it belongs to. */
  readonly guide: string
}

/** Every value of the field `event`. */
export const OWN_EVENTS: Readonly<Record<string, OwnEvent>> = {
  'breaker.closed': {
    level: 'info',
    fields: ['dependency'],
    when: 'A circuit breaker lets calls through again.',
    guide: 'resilience',
  },
  'breaker.half_open': {
    level: 'debug',
    fields: ['dependency'],
    when: 'One call goes through, to see whether the dependency works.',
    guide: 'resilience',
  },
  'breaker.open': {
    level: 'warn; debug when a probe has failed',
    fields: ['dependency', 'error.type', 'code', 'openForMs'],
    when: 'Calls are refused from now on.',
    guide: 'resilience',
  },
  'config.pending_restart': {
    level: 'warn; info when nothing waits any more',
    fields: ['paths', 'reason'],
    when: 'Other values than before wait for a restart.',
    guide: 'configuration-reload',
  },
  'config.poll_only': {
    level: 'warn',
    fields: ['codes', 'pollMs'],
    when: 'Files can not be watched, and are polled.',
    guide: 'configuration-reload',
  },
  'config.rejected': {
    level: 'error',
    fields: ['generation', 'trigger', 'changes', 'reason'],
    when: 'A configuration was refused, by the schema or a subscriber.',
    guide: 'configuration-reload',
  },
  'config.reload_inside': {
    level: 'warn',
    fields: ['trigger'],
    when: 'A subscriber or a check of the reload that runs asked for a reload, and was refused.',
    guide: 'configuration-reload',
  },
  'config.on_trial': {
    level: 'info',
    fields: ['generation', 'trigger', 'changes', 'windowMs'],
    when: 'A change is in force, and its trial begins; none where there is no trial.',
    guide: 'configuration-reload',
  },
  'config.reloaded': {
    level: 'info',
    fields: ['generation', 'trigger', 'changes', 'files'],
    when: 'A change is in force, and its trial is over.',
    guide: 'configuration-reload',
  },
  'config.restored': {
    level: 'info',
    fields: ['generation', 'trigger'],
    when: 'After a refusal or a rollback, the sources say again what is in force.',
    guide: 'configuration-reload',
  },
  'config.rollback_failed': {
    level: 'warn',
    fields: ['subscriber', 'reason'],
    when: 'A subscriber failed to take a change back.',
    guide: 'configuration-reload',
  },
  'config.rolled_back': {
    level: 'error',
    fields: ['generation', 'trigger', 'changes', 'reason'],
    when: 'A change was taken back, by a commit or a check that failed.',
    guide: 'configuration-reload',
  },
  'crash.found': {
    level: 'warn',
    fields: ['cause', 'died', 'stack', 'evidence', 'more'],
    when: 'A former process of the service has died; `more` counts those beyond the tenth.',
    guide: 'crashes',
  },
  'crash.no_evidence': {
    level: 'info; warn where a directory was named',
    fields: ['problem'],
    when: 'A crash would leave nothing on disk.',
    guide: 'crashes',
  },
  'crash.uncaught': {
    level: 'fatal',
    fields: ['err', 'origin', 'evidence'],
    when: 'An exception, or a rejection, that nobody has caught: the process ends.',
    guide: 'crashes',
  },
  'database.connection.lost': {
    level: 'warn',
    fields: ['dependency', 'kind', 'err'],
    when: 'A database can not be reached; once an outage.',
    guide: 'databases',
  },
  'database.connection.restored': {
    level: 'info',
    fields: ['dependency', 'outageMs', 'errors'],
    when: 'It answers again.',
    guide: 'databases',
  },
  'event_loop.recovered': {
    level: 'warn',
    fields: ['stuckMs', 'stack', 'evidence'],
    when: 'The event loop turns again.',
    guide: 'off-loop-probes',
  },
  'event_loop.stuck': {
    level: 'error',
    fields: ['stuckMs', 'stack', 'waitsIn', 'children', 'evidence'],
    when: 'The event loop does not turn any more; `/livez` answers 503.',
    guide: 'off-loop-probes',
  },
  'health.check': {
    level: 'warn; info when it is healthy again',
    fields: ['check', 'critical', 'from', 'to', 'since', 'lastedMs', 'reason'],
    when: 'A check counts as something else than before.',
    guide: 'health',
  },
  'health.group': {
    level: 'warn; info when it is healthy again',
    fields: ['group', 'from', 'to', 'since', 'lastedMs', 'reason'],
    when: 'A group of checks counts as something else than before.',
    guide: 'health',
  },
  'log.level_reverted': {
    level: 'info',
    fields: ['logger', 'how'],
    when: 'A level that was set for a while is undone.',
    guide: 'logging',
  },
  'log.level_set': {
    level: 'info',
    fields: ['logger', 'to', 'ttlMs', 'by'],
    when: 'A level was set for a while.',
    guide: 'logging',
  },
  'policy.budget.exhausted': {
    level: 'warn',
    fields: ['dependency'],
    when: 'The retry budget is used up; once until a retry could be paid for again.',
    guide: 'resilience',
  },
  'probes.on_loop': {
    level: 'warn',
    fields: ['reason'],
    when: 'There is no thread for the probes: the event loop answers them.',
    guide: 'off-loop-probes',
  },
  'probes.thread_lost': {
    level: 'warn',
    fields: [],
    when: 'The thread of the probes has ended: the event loop answers them from now on.',
    guide: 'off-loop-probes',
  },
  'probes.unanswered': {
    level: 'error',
    fields: ['err'],
    when: 'The thread of the probes has ended, and the event loop could not take its port over.',
    guide: 'off-loop-probes',
  },
  'request.client_gone': {
    level: 'debug',
    fields: ['request', 'outcome'],
    when: 'A client has left before its answer, and nothing else has failed.',
    guide: 'errors',
  },
  'request.failed': {
    level: 'error',
    fields: ['request', 'outcome', 'status', 'err'],
    when: 'A handler has failed with an error that nobody meant for the client.',
    guide: 'errors',
  },
  'request.refused': {
    level: 'debug; warn from status 500 on',
    fields: ['request', 'outcome', 'status', 'err'],
    when: 'A handler has failed with an error that was meant for the client.',
    guide: 'errors',
  },
  'shedding.began': {
    level: 'warn',
    fields: ['listener', 'reason', 'a value and its limit, by their units'],
    when: 'Requests are refused because there is too much to do.',
    guide: 'load-shedding',
  },
  'shedding.ended': {
    level: 'info',
    fields: ['listener', 'reason', 'refused', 'lastedMs'],
    when: 'Nothing is refused any more.',
    guide: 'load-shedding',
  },
  'startup.came': {
    level: 'info',
    fields: ['dependency', 'attempts', 'waitedMs'],
    when: 'What was waited for at the start has come.',
    guide: 'components',
  },
  'startup.degraded': {
    level: 'warn',
    fields: ['dependency', 'policy', 'attempts', 'category', 'code', 'waitedMs'],
    when: 'The service starts without it.',
    guide: 'components',
  },
  'startup.still_waiting': {
    level: 'warn',
    fields: ['dependency', 'policy', 'attempts', 'category', 'code', 'waitedMs'],
    when: 'It is still waited for; less and less often.',
    guide: 'components',
  },
  'startup.waiting': {
    level: 'warn; error for what does not pass by itself',
    fields: ['dependency', 'policy', 'attempts', 'category', 'code', 'waitedMs', 'err'],
    when: 'What a component needs is not there yet.',
    guide: 'components',
  },
  'task.done': {
    level: 'info',
    fields: [],
    when: 'A task has nothing left to do.',
    guide: 'supervised-tasks',
  },
  'task.end_failed': {
    level: 'warn',
    fields: ['err'],
    when: 'A run that was told to end for a restart failed at it.',
    guide: 'supervised-tasks',
  },
  'task.escalated': {
    level: 'error',
    fields: ['err', 'failures', 'tookMs', 'maxRestarts', 'withinMs'],
    when: 'A task has failed more often than it may be restarted: the service ends with 70.',
    guide: 'supervised-tasks',
  },
  'task.failed': {
    level: 'warn; error when it is not restarted',
    fields: ['err', 'restartInMs', 'restarts', 'maxRestarts', 'withinMs'],
    when: 'A run has failed.',
    guide: 'supervised-tasks',
  },
  'task.halted': {
    level: 'info',
    fields: ['because'],
    when: 'A run was ended because another task of its group has failed.',
    guide: 'supervised-tasks',
  },
  'task.restarted': {
    level: 'info',
    fields: ['failures'],
    when: 'A task runs again.',
    guide: 'supervised-tasks',
  },
  'task.signal_ignored': {
    level: 'warn',
    fields: ['afterMs', 'overlaps'],
    when: 'A run that is to be replaced does not heed its signal.',
    guide: 'supervised-tasks',
  },
  'tls.certificate_out_of_time': {
    level: 'warn',
    fields: ['listener', 'subject', 'fingerprint', 'notBefore', 'notAfter'],
    when: 'The certificate in use has ended or has not begun.',
    guide: 'configuration-reload',
  },
  'tls.certificate_rejected': {
    level: 'error',
    fields: ['listener', 'trigger', 'reason', 'subject', 'fingerprint', 'notBefore', 'notAfter'],
    when: 'A new pair was refused; the fields are those of the certificate that stays in use.',
    guide: 'configuration-reload',
  },
  'tls.certificate_reloaded': {
    level: 'info',
    fields: ['listener', 'trigger', 'subject', 'fingerprint', 'notBefore', 'notAfter'],
    when: 'A new certificate is shown from now on.',
    guide: 'configuration-reload',
  },
  'tls.poll_only': {
    level: 'warn',
    fields: ['listener', 'codes', 'pollMs'],
    when: 'Files of a certificate can not be watched, and are polled.',
    guide: 'configuration-reload',
  },
}
