/**
 * Why a trial that looks at one thing fails rightly on a service whose defect is another: what it sees of those. A trial that is
 * not here may fail on no service but those whose defect it has to catch.
 */
export const ALSO: Readonly<Record<string, string>> = {
  'CONF-02': 'Who never takes a configuration does not take the next good one after a bad one either.',
  'CRASH-01':
    'The span of the request that crashed is looked for by the trace that the client began, which a service that drops it never continues.',
  'CTX-01': 'A service that keeps no context across its own asynchronous work loses the incoming one there, too.',
  'CTX-03': 'Cancellation is asked for through the call that lost its context, or that nobody may end.',
  'CTX-05':
    'A line of the log is asked for the trace that the client began, or is not written any more, or has no trace without telemetry.',
  'DEP-01':
    'An outage is when a readiness that lies shows, or a liveness that asks the dependency or gets no turn beside the attempts.',
  'DEP-03':
    'What was begun for clients that have gone waits in a queue, and all of it asks in the moment of the return.',
  'LEAK-01': 'Whatever is kept for each request is memory that grows.',
  'PROBE-01': 'Who has no probe, or one for everything, has none that a kubelet could ask.',
  'PROBE-02': 'One probe for both, or an end with the dependency, is a liveness that follows it.',
  'PROBE-03': 'A readiness that says yes too early, or an end while it says yes, is a readiness that is wrong.',
  'PROBE-05': 'Whose liveness waits for what waits for the dependency says nothing while that hangs.',
  'SEC-01': 'Who writes the first line of each request to its log writes the secrets of its query.',
  'START-01': 'A readiness that always says yes says it before there are answers, too.',
  'START-03': 'Who leaves its work to another process ends at its start, without a collector, too.',
  'START-04': 'A start without its dependency is an outage from the beginning.',
  'START-05':
    'Who does not check what is in PORT takes anything; a parent that ends with 0 whatever became of its child hides it.',
  'STOP-01':
    'A stop that is cut, or that nobody hears of, fails the requests of that moment, and so does one behind a queue that never ends.',
  'STOP-02':
    'Who closes at once, or hears no signal, turns its readiness before nothing; who lets probes wait says no too late.',
  'STOP-03': 'Who ends or closes at once, or hears no signal, tells its clients nothing.',
  'STOP-06': 'An end by the signal, with another code, or none at all, is seen at every stop.',
  'STOP-07': 'What does not end is still there afterwards.',
  'STOP-08': 'The same stop, as process 1.',
  'STOP-09': 'Who is gone, or deaf, at the first signal does not hear the second.',
  'STOP-10': 'A start that has failed and goes on has to be killed.',
  'STOP-11': 'Spans of the last requests are lost by who is cut off, keeps them, or gives them other traces.',
  'STOP-12': 'Metrics of the last requests are lost by who is cut off, or flushes nothing.',
  'STOP-13': 'Lines of the last requests are lost by who is cut off, or bear no trace to be found by.',
  'STOP-14': 'The same stop, beside a collector that is dead.',
  'STOP-16':
    'A rollout stops and starts every replica: whatever a stop loses, or a start or a probe has wrong, it shows.',
  'TEL-01': 'A service without telemetry has none that could arrive, under its name or any.',
  'TEL-03':
    'Who waits for an export, or for the collector at its start, waits for a dead one, too; what is kept for each request is kept beside it.',
  'TEL-04':
    'Who waits for each export fails while the collector flaps; spans without the trace of the client are not found, nor those that nobody flushes at the stop.',
  'TEL-05':
    'Who does not take the decision of its caller records what the caller does not; who is cut off has counted less.',
  'TEL-06': 'An export for each request costs its processor time.',
}
