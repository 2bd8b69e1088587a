import { readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { metrics } from '@opentelemetry/api'
import type { Log } from '../../core/log.ts'
import { judgeOwner, ownIdentity, type ProcessIdentity } from '../../telemetry/spool/process-identity.ts'
import { type Around, causeOfDeath, type Death, describeLife, type Remains } from './cause-of-death.ts'
import { cleanReport, readFatalError } from './clean-report.ts'
import { type CrashFolder, type EvidenceKind, parseEvidenceName } from './crash-folder.ts'
import { BEAT_MS, type LifeFacts, readOomKills } from './life-mark.ts'
import { pruneEvidence } from './prune-evidence.ts'

export interface LookOptions {
  readonly folder: CrashFolder
  readonly log: Log
  /** Of the service. */
  readonly name: string
  /** The file of the mark of this process. */
  readonly mark: string
}

/** Without a sign of life for so long, a process of which nothing else can be known from here counts as dead. */
const STALE_MS = 3 * BEAT_MS
/** Told of in one go. A loop of crashes leaves one at a time: each start finds the one before it. */
const MAX_TOLD = 10
const MAX_MARKS = 1000
const MAX_MARK_BYTES = 64 * 1024
/** A report that is longer is left as it is. */
const MAX_REPORT_BYTES = 32 * 1024 * 1024

/**
 * Looks for processes of the same service that have died without taking their mark away, and tells of each once: of
 * several that look, one does. Then it removes the evidence that is too old or too much.
 *
 * @returns whether there are any of whom it can't be told from here, or not yet, whether they live
 */
export async function tellOfTheDead(options: LookOptions): Promise<boolean> {
  const path = options.folder.path as string
  const self = ownIdentity()
  const nowMs = (await stat(options.mark)).mtimeMs
  let told = 0
  let more = 0
  let isUndecided = false
  const marks = (await readdir(path)).filter((name) => parseEvidenceName(name)?.kind === 'life')
  for (const name of marks.slice(0, MAX_MARKS)) {
    const file = join(path, name)
    if (file === options.mark) continue
    const life = await readLife(file, self, nowMs)
    if (life === 'unknown') isUndecided = true
    if (typeof life === 'string' || !(await isTakenByUs(file))) continue
    if (told++ < MAX_TOLD) await tell(life, parseEvidenceName(name)?.processId ?? '', options)
    else more++
  }
  if (more > 0)
    options.log.warn({ event: 'crash.found', more }, `${more} more processes of ${options.name} had died before`)
  await pruneEvidence(path, options.folder.settings)
  return isUndecided
}

async function readLife(
  file: string,
  self: ProcessIdentity,
  nowMs: number,
): Promise<LifeFacts | 'alive' | 'unknown' | 'damaged'> {
  try {
    const { size, mtimeMs } = await stat(file)
    if (size > MAX_MARK_BYTES) return 'damaged'
    // What stands behind the first line was left by a longer one before.
    const [line = ''] = (await readFile(file, 'utf8')).split('\n', 1)
    const facts = JSON.parse(line) as LifeFacts
    if (facts.ended !== undefined) return facts
    const verdict = judgeOwner(facts.identity, self)
    if (verdict === 'dead' || (verdict === 'unknown' && nowMs - mtimeMs > STALE_MS)) return facts
    return verdict === 'alive' ? 'alive' : 'unknown'
  } catch {
    // Gone meanwhile, or begun and not finished: the age that evidence may have does the rest.
    return 'damaged'
  }
}

/** Who removes it tells of it. */
async function isTakenByUs(file: string): Promise<boolean> {
  return unlink(file).then(
    () => true,
    () => false,
  )
}

async function tell(life: LifeFacts, processId: string, { folder, log, name }: LookOptions): Promise<void> {
  const path = folder.path as string
  await adoptHeapSnapshots(life, processId, path)
  const files = (await readdir(path)).filter((each) => parseEvidenceName(each)?.processId === processId)
  const { remains, foreign } = await gather(life, files, path)
  const around: Around = { bootId: ownIdentity().bootId, oomKills: readOomKills(), totalMemoryBytes: totalmem() }
  const death = causeOfDeath(life, remains, around)
  const evidence = [...files.map((file) => join(path, file)), ...foreign]
  log.warn(toFields(life, death, evidence), toText(name, life, death, evidence))
  metrics
    .getMeter('seaworthy')
    .createCounter('seaworthy.crash.found', {
      unit: '{process}',
      description: 'Processes of the service that had died and of which this one has told.',
    })
    .add(1, { 'seaworthy.crash.cause': death.cause })
}

function toText(name: string, life: LifeFacts, { text }: Death, evidence: readonly string[]): string {
  const where = evidence.length === 0 ? '' : `; evidence: ${evidence.join(', ')}`
  return `a former process of ${name} (${describeLife(life)}) ${text}${where}`
}

function toFields(
  { identity, version, instanceId, node, startedAt, pulse, heapLimitBytes, memoryLimitBytes }: LifeFacts,
  { cause, stack }: Death,
  evidence: readonly string[],
): object {
  return {
    event: 'crash.found',
    cause,
    died: {
      pid: identity.pid,
      host: identity.host,
      version,
      instanceId,
      node,
      startedAt,
      heapLimitBytes,
      ...(memoryLimitBytes === 0 ? {} : { memoryLimitBytes }),
      pulse,
    },
    ...(stack === undefined ? {} : { stack }),
    evidence,
  }
}

async function gather(
  life: LifeFacts,
  files: readonly string[],
  path: string,
): Promise<{ readonly remains: Remains; readonly foreign: readonly string[] }> {
  const of = (kind: EvidenceKind): string | undefined =>
    files
      .filter((file) => parseEvidenceName(file)?.kind === kind)
      .toSorted()
      .at(-1)
  const foreign = await findForeignReports(life)
  const [fatal, blocked, stuck] = await Promise.all([
    readReport(join(path, of('fatal') ?? ''), true).then(
      async (own) => own ?? (foreign[0] === undefined ? undefined : readReport(foreign[0], false)),
    ),
    readJson(join(path, of('blocked') ?? '')),
    readJson(join(path, of('stuck') ?? '')),
  ])
  return {
    remains: {
      fatal: fatal === undefined ? undefined : readFatalError(fatal),
      blocked,
      stuck: stuck as Remains['stuck'],
    },
    foreign,
  }
}

/** One of ours is cleaned at once; what somebody else has ordered stays as it is. */
async function readReport(file: string, isOurs: boolean): Promise<object | undefined> {
  const report = await readJson(file)
  if (report === undefined || !isOurs) return report
  const unfinished = `${file}.new`
  try {
    await writeFile(unfinished, cleanReport(report), { mode: 0o600 })
    await rename(unfinished, file)
  } catch {
    await unlink(unfinished).catch(() => {})
  }
  return report
}

async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    if (!file.endsWith('.json') || (await stat(file)).size > MAX_REPORT_BYTES) return undefined
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** Reports that Node wrote because somebody else had told it to: `report.20261123.042115.7.0.001.json`. */
async function findForeignReports({ foreignReports, identity }: LifeFacts): Promise<readonly string[]> {
  if (foreignReports === undefined) return []
  const isOne = new RegExp(String.raw`^report\.\d+\.\d+\.${identity.pid}\.\d+\.\d+\.json$`)
  const names = await readdir(foreignReports).catch((): string[] => [])
  return names.filter((name) => isOne.test(name)).map((name) => join(foreignReports, name))
}

/** Snapshots lie where V8 puts them; here they are counted with the rest, and go with it. */
async function adoptHeapSnapshots(life: LifeFacts, processId: string, path: string): Promise<void> {
  const { heapSnapshots: directory, identity, startedAt } = life
  if (directory === undefined) return
  const isOne = new RegExp(String.raw`^Heap\.\d+\.\d+\.${identity.pid}\.\d+\.\d+\.heapsnapshot$`)
  const names = (await readdir(directory).catch((): string[] => [])).filter((name) => isOne.test(name)).toSorted()
  for (const [index, name] of names.entries()) {
    const file = join(directory, name)
    const isItsOwn = await stat(file).then(
      ({ mtimeMs }) => mtimeMs >= Date.parse(startedAt),
      () => false,
    )
    // On another file system it stays where it is.
    if (isItsOwn) await rename(file, join(path, `heap-${processId}-${index + 1}.heapsnapshot`)).catch(() => {})
  }
}
