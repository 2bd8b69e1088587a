import type { KeptTrial } from './kept.ts'

/** Something that is wrong with the document's program, found by reading it, and how it shows when it runs. */
export interface Reason {
  /** Its number on the page that compares the document with the runtime. */
  readonly id: string
  /** In one sentence. */
  readonly says: string
  readonly shows: Shows
}

export type Shows =
  /** A trial fails, and what it says or its evidence has these words. */
  | { readonly kind: 'trial'; readonly trial: string; readonly words: RegExp }
  /** Spans tell. */
  | { readonly kind: 'spans'; readonly tells: (kept: KeptTrial) => string | undefined }
  /** It cannot be seen in this program as it runs, and why. */
  | { readonly kind: 'unseen'; readonly why: string }

export const REASONS: readonly Reason[] = [
  of('D5', 'The listener closes first, and then it sleeps 5 s "to drain".', 'STOP-01', /new connections/),
  of('D5', 'The same during a rollout: whoever has not heard of the end yet is refused.', 'STOP-16', /lost|refused/),
  of('D6', 'Readiness never fails: it says nothing of the end.', 'STOP-02', /readiness|Readiness/),
  of('D8', 'A second signal is ignored.', 'STOP-09', /second signal/),
  {
    id: 'D2',
    says: 'The span of the shutdown ends after the exporter is gone.',
    shows: {
      kind: 'spans',
      tells: ({ spans, stops }) =>
        spans['graceful-shutdown'] === undefined
          ? `0 spans named \`graceful-shutdown\` arrived in ${stops} stops, of ${sum(spans)} spans in all`
          : undefined,
    },
  },
  of(
    'D3, D4',
    'One deadline of 30 s for all handlers, as long as the grace period: with a dead collector, the flush takes what is left of it.',
    'STOP-14',
    /deadline|killed|code|SIGKILL/,
  ),
  of('D11', 'Checks wait up to 2 s within the probe, longer than a kubelet waits.', 'PROBE-05', /1000 ms/),
  of('D13', 'Liveness asks the database: an outage restarts the fleet.', 'DEP-01', /Liveness/),
  of('D13', 'The same, seen by the trial of liveness.', 'PROBE-02', /iveness/),
  of('D18', 'A sampling rate that is no number silently becomes 0.1.', 'START-05', /TRACE_SAMPLE_RATE/),
  {
    id: 'D15',
    says: 'Every probe makes a span.',
    shows: {
      kind: 'spans',
      tells: ({ spans }) =>
        spans['health.check'] === undefined
          ? undefined
          : `${spans['health.check']} of ${sum(spans)} spans that arrived are named \`health.check\`, at a rate of 0.1`,
    },
  },
  of('D17', 'Collector, name and rate are in variables of its own.', 'START-06', /name|collector|OTEL/),
  unseen(
    'D12',
    'The collector decides about readiness.',
    'Meant so, and not what the code does: grpc.DialContext without WithBlock returns at once and never fails, and its timeout counts only with WithBlock. The check of the collector always says healthy; START-03 passes, and rightly.',
  ),
  unseen(
    'D1',
    'Telemetry is shut down before the database.',
    'Spans of closing the database would be lost; this program makes none there, and what was never sent cannot be missed from outside.',
  ),
  unseen(
    'D7',
    'A handler that ignores its context blocks for ever.',
    'None of its handlers does: it waits for the next one that somebody registers.',
  ),
  unseen(
    'D9',
    'log.Fatal in the goroutine that serves.',
    'It needs a listener that fails, such as a port that is taken: no trial takes it yet.',
  ),
  unseen(
    'D10',
    '"Degraded" cannot be reached.',
    'A state of the body, and no status: no trial reads bodies of probes.',
  ),
  unseen(
    'D14',
    'Texts of errors stand in the public body.',
    'SEC-01 looks for secrets, and this database has none in its errors; addresses in bodies are not tried yet.',
  ),
  unseen(
    'D16',
    'WithInsecure() in the code, INSECURE=false in the environment.',
    'It needs a collector with TLS; ours speaks without.',
  ),
  unseen(
    'D19',
    'The resource of its metrics lacks host and process.',
    'TEL-01 asks of each signal which service sent it, and both say so; what else their resources have is not compared.',
  ),
  unseen('D20', 'No logs are sent.', 'TEL-01 asks for traces and metrics; lines on standard output are logs, too.'),
  unseen(
    'D21',
    'GOMEMLIMIT=2GiB and GOMAXPROCS=4 beside limits of 512 Mi and 500m.',
    'Two texts that contradict each other: seen by reading them.',
  ),
  unseen(
    'D22',
    'At a rate of 0.1, nine errors of ten leave no trace.',
    'TEL-05 asks whether the rate is the one that was said, and it is.',
  ),
  unseen(
    'D23, D24',
    'Image and manifest: unpinned, as root, without startup probe, strategy, budget.',
    'Seen by reading them.',
  ),
  unseen('D25', 'The mended worker still spins.', 'A snippet beside the program.'),
  unseen(
    'P6',
    'Reloading the configuration is promised and absent.',
    'CONF-01 and CONF-02 are skipped: there is nothing to try, and they say so.',
  ),
]

function of(id: string, says: string, trial: string, words: RegExp): Reason {
  return { id, says, shows: { kind: 'trial', trial, words } }
}

function unseen(id: string, says: string, why: string): Reason {
  return { id, says, shows: { kind: 'unseen', why } }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0)
}

/** What shows the reason in what was kept; `undefined` when nothing does. */
export function shownBy({ shows }: Reason, kept: KeptTrial): string | undefined {
  if (shows.kind === 'spans') return shows.tells(kept)
  if (shows.kind === 'unseen') return undefined
  const verdict = kept.verdicts.find(({ id }) => id === shows.trial)
  if (verdict?.outcome !== 'FAIL') return undefined
  return [verdict.says, ...verdict.evidence].find((text) => shows.words.test(text))
}
