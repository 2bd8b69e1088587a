import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Agent, request as httpRequest } from 'node:http'
import { freePort } from '../../../src/process/free-port.ts'
import { type ProgramSettings, type RunningProgram, startProgram } from '../../process/start-service.ts'

const PROGRAM = new URL('programs/probed.ts', import.meta.url)

interface Probed {
  readonly program: RunningProgram
  readonly adminPort: number
  /** Asks the service itself to do something. */
  readonly tell: (query: string) => Promise<void>
  readonly ask: (path: string, headers?: Record<string, string>) => Promise<{ status: number; text: string }>
}

async function startProbed(env: Record<string, string> = {}, settings: ProgramSettings = {}): Promise<Probed> {
  const adminPort = await freePort()
  const evidence = mkdtempSync(join(tmpdir(), 'seaworthy-probed-'))
  onTestFinished(() => rmSync(evidence, { recursive: true, force: true }))
  const program = startProgram(
    PROGRAM,
    {
      OTEL_SDK_DISABLED: 'true',
      SEAWORTHY_DRAIN_DELAY: '0',
      SEAWORTHY_CRASH_DIR: evidence,
      PORT: String(adminPort),
      ...env,
    },
    settings,
  )
  onTestFinished(() => program[Symbol.asyncDispose]())
  const line = await program.line('listening on http')
  await program.line('probed is ready')
  const web = /http:\/\/[\d.:]+/.exec(line)?.[0] as string
  return {
    program,
    adminPort,
    tell: async (query) => void (await fetch(`${web}/?${query}`)),
    ask: (path, headers = {}) => ask(adminPort, path, headers),
  }
}

/** By `node:http`, because `fetch` sends no foreign `host`. */
function ask(port: number, path: string, headers: Record<string, string> = {}, agent = new Agent()) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, headers, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    request.on('error', reject)
    request.end()
  })
}

function linesOf(program: RunningProgram, event: string): Record<string, unknown>[] {
  return program.lines
    .filter((line) => line.includes(`"event":"${event}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const STUCK = 'event_loop.stuck'
const RECOVERED = 'event_loop.recovered'

test.each([200, 2000])(
  'a loop that is kept busy for 10 s in pieces of %i ms is alive throughout',
  async (pieceMs) => {
    const { program, tell, ask } = await startProbed({ SEAWORTHY_ADMIN_STUCK_AFTER: '10s' })
    await tell(`how=busy&ms=10000&piece=${pieceMs}`)
    let isBusy = true
    void program.line('idle again').then(() => (isBusy = false))
    const seen = new Map<number, number>()
    while (isBusy) {
      const { status } = await ask('/livez')
      seen.set(status, (seen.get(status) ?? 0) + 1)
    }
    expect([...seen.keys()]).toEqual([200])
    // Far more than the turns of the busy loop: nobody waited for one.
    expect(seen.get(200)).toBeGreaterThan(10_000 / pieceMs)
    expect(linesOf(program, STUCK)).toEqual([])
  },
  40_000,
)

test('a loop that is stuck is not alive, and one line says where it is; then another says that it is over', async () => {
  const { program, tell, ask } = await startProbed()
  await tell('how=loop&ms=4000')
  const line = await program.line(STUCK)
  expect(await ask('/livez')).toMatchObject({ status: 503 })
  expect((await ask('/livez')).text).toMatch(/^stuck: the event loop has not turned for /)
  expect(await ask('/readyz')).toMatchObject({ status: 503 })
  expect(await ask('/healthz')).toMatchObject({ status: 503 })
  expect(await ask('/startupz')).toEqual({ status: 200, text: 'ok' })
  expect(await ask('/metrics')).toMatchObject({ status: 503 })

  const stuck = JSON.parse(line) as Record<string, unknown>
  expect(stuck).toMatchObject({ level: 'error', service: 'probed', pid: program.pid, event: STUCK })
  expect(stuck['msg']).toMatch(/blocked in blockForever \(.*probed\.ts:\d+:\d+\); \/livez answers 503$/)
  expect(stuck['stack']).toContainEqual(expect.stringMatching(/^blockForever \(.*probed\.ts/))
  const evidence = stuck['evidence'] as string
  onTestFinished(() => rmSync(evidence, { force: true }))
  expect(JSON.parse(readFileSync(evidence, 'utf8'))).toMatchObject({ service: 'probed', stack: stuck['stack'] })
  expect(statSync(evidence).mode & 0o777).toBe(0o600)

  await program.line(RECOVERED)
  expect((await ask('/livez')).status).toBe(200)
  expect((await ask('/readyz')).status).toBe(200)
  expect(linesOf(program, STUCK)).toHaveLength(1)
  const [recovered, ...others] = linesOf(program, RECOVERED)
  expect(others).toEqual([])
  expect(recovered?.['stuckMs']).toBeGreaterThan(1000)
})

test('a loop that waits in Atomics.wait is found there', async () => {
  const { program, tell } = await startProbed()
  await tell('how=atomics&ms=3000')
  const { msg, evidence } = JSON.parse(await program.line(STUCK)) as Record<string, string>
  rmSync(evidence as string)
  expect(msg).toContain('blocked in waitInAtomics (')
  await program.line('over')
})

test('a loop that waits in the system is told as that, and goes on afterwards without being stopped', async () => {
  const { program, tell, ask } = await startProbed()
  await tell('how=child&ms=3000')
  const { msg, evidence } = JSON.parse(await program.line(STUCK)) as Record<string, string>
  rmSync(evidence as string)
  expect(msg).toContain('blocked in the system or in native code')
  expect(msg).toMatch(/with the child process sleep \(\d+\)/)
  await program.line(RECOVERED)
  expect((await ask('/-/budget')).status).toBe(200)
})

test('a wait in the system that is over soon is told as that, and not as what came after it', async () => {
  const { program, tell } = await startProbed()
  await tell('how=child&ms=1400')
  const { msg } = JSON.parse(await program.line(RECOVERED)) as Record<string, string>
  expect(msg).toMatch(/it was stuck for .* in the system or in native code.* with the child process sleep \(\d+\)/)
  for (const line of linesOf(program, STUCK)) expect(line['msg']).toContain('blocked in the system or in native code')
})

test('a regular expression that does not end is told with the place that it is used at', async () => {
  const { program, tell } = await startProbed()
  await tell('how=regex')
  const { msg, stack } = JSON.parse(await program.line(STUCK)) as { msg: string; stack: string[] }
  expect(msg).toMatch(/blocked in [^(]*\(.*probed\.ts:\d+:\d+\); /)
  expect(stack[0]).toBe('RegExp.test (<anonymous>)')
})

test('the size of what is loaded does not matter: a source map inside of a script hurts nobody', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-map-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const script = join(folder, 'bundle.cjs')
  const map = Buffer.alloc(60_000_000, 'A').toString('latin1')
  writeFileSync(script, `module.exports = 1\n//# sourceMappingURL=data:application/json;base64,${map}\n`)
  const { program, tell, ask } = await startProbed({ SCRIPT: script })
  await tell('how=loop&ms=3000')
  const { msg } = JSON.parse(await program.line(STUCK)) as Record<string, string>
  expect(msg).toContain('blocked in blockForever (')
  await program.line(RECOVERED)
  expect(await ask('/livez')).toEqual({ status: 200, text: 'ok' })
  expect(linesOf(program, 'seaworthy.probes.thread_lost')).toEqual([])
}, 30_000)

test.each([
  ['by NODE_OPTIONS', { NODE_OPTIONS: '--inspect=127.0.0.1:0' }, ''],
  ['later', {}, 'how=inspect'],
])('what a debugger stops is not stuck: its inspector was opened %s', async (_, env, open) => {
  const { program, tell, ask } = await startProbed(env)
  if (open !== '') await tell(open)
  await tell('how=loop&ms=2500')
  let isOver = false
  void program.line('over').then(() => (isOver = true))
  let [asked, refused] = [0, 0]
  while (!isOver) {
    asked++
    if ((await ask('/livez')).status !== 200) refused++
  }
  // The thread asks the main thread whether it is debugged when it seems to be stuck, which takes a moment.
  expect(refused).toBeLessThan(asked / 4)
  expect(linesOf(program, STUCK)).toEqual([])
  expect(linesOf(program, RECOVERED)).toEqual([])
})

test('what is private stays so, and no header makes anybody local', async () => {
  const { ask } = await startProbed({ SEAWORTHY_ADMIN_TOKEN: 's3cret' })
  expect((await ask('/-/budget')).status).toBe(200)
  expect((await ask('/readyz?verbose')).text).toContain('readyz: ok')
  for (const headers of [{ 'x-forwarded-for': '127.0.0.1' }, { host: 'evil.example' }, { via: '1.1 x' }]) {
    expect((await ask('/-/budget', headers)).status).toBe(401)
    expect((await ask('/readyz?verbose', headers)).text).toBe('ok')
  }
  expect((await ask('/-/budget', { via: '1.1 x', authorization: 'Bearer s3cret' })).status).toBe(200)
  expect((await ask('/nothing')).status).toBe(404)
  expect((await ask('/livez', { 'content-length': '1' })).status).toBe(413)
})

test('when its thread is lost, the main thread has the port, and says so once', async () => {
  const { program, ask } = await startProbed()
  expect((await ask('/livez')).status).toBe(200)
  program.kill('SIGUSR2')
  await program.line('probes.thread_lost')
  await expect.poll(() => ask('/livez').catch(() => undefined)).toEqual({ status: 200, text: 'ok' })
  expect((await ask('/-/budget')).status).toBe(200)
  program.kill('SIGTERM')
  expect(await program.exit).toEqual({ code: 0, signal: null })
  expect(linesOf(program, 'probes.thread_lost')).toHaveLength(1)
})

test('it answers in the whole of a shutdown, as what the service is then, and holds nobody up', async () => {
  const { program, ask } = await startProbed({ SEAWORTHY_DRAIN_DELAY: '1s' })
  program.kill('SIGTERM')
  await program.line('received SIGTERM')
  await expect.poll(() => ask('/readyz')).toEqual({ status: 503, text: 'not ready: draining' })
  expect((await ask('/livez')).status).toBe(200)
  expect(await program.exit).toEqual({ code: 0, signal: null })
  expect(program.errorLines).toEqual([])
})

test('process.exit ends the process at once', async () => {
  const { program, tell } = await startProbed()
  await tell('how=exit')
  expect(await program.exit).toEqual({ code: 7, signal: null })
})

test('a thousand connections that stay are served or dropped, and the probes go on', async () => {
  const { ask, adminPort } = await startProbed()
  const agent = new Agent({ keepAlive: true, maxSockets: 1000 })
  onTestFinished(() => agent.destroy())
  const asked = Array.from({ length: 1000 }, () => ask1(adminPort, agent))
  const statuses = await Promise.all(asked)
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(200)
  expect(new Set(statuses)).toEqual(new Set([200, 'dropped']))
  agent.destroy()
  await expect.poll(() => ask('/livez').catch(() => undefined)).toEqual({ status: 200, text: 'ok' })
})

function ask1(port: number, agent: Agent): Promise<number | 'dropped'> {
  return ask(port, '/livez', {}, agent).then(
    ({ status }) => status,
    () => 'dropped',
  )
}

test('who never completes a request loses its connection, and holds up nobody', async () => {
  const { ask, adminPort } = await startProbed()
  const slow = await Promise.all(Array.from({ length: 100 }, () => openSlow(adminPort)))
  expect((await ask('/livez')).status).toBe(200)
  const answers = await Promise.all(slow.map((socket) => readToEnd(socket)))
  expect(new Set(answers.map((text) => text.split('\r\n')[0]))).toEqual(new Set(['HTTP/1.1 408 Request Timeout']))
  expect((await ask('/livez')).status).toBe(200)
}, 30_000)

function openSlow(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
      resolve(socket)
    })
    socket.on('error', reject)
  })
}

function readToEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.on('close', () => resolve(text))
  })
}

test('what is loaded into the process by a flag or by NODE_OPTIONS is not loaded into its thread', async () => {
  const say = (text: string) => `--import=data:text/javascript,process.stdout.write('${text}\\n')`
  const { program } = await startProbed({ NODE_OPTIONS: say('by%20variable') }, { flags: [say('by%20flag')] })
  expect(program.lines.filter((line) => line.startsWith('by '))).toEqual(['by variable', 'by flag'])
})

test('it can be turned off, by a variable, too: then there is no thread', async () => {
  for (const env of [{ OFF_LOOP: 'false' }, { SEAWORTHY_ADMIN_OFF_LOOP: 'false' }]) {
    const { program, ask } = await startProbed(env)
    expect((await ask('/livez')).status).toBe(200)
    expect(program.lines).not.toContain('a thread')
  }
  const { program } = await startProbed()
  expect(program.lines).toContain('a thread')
}, 30_000)

/** From Node 25 on, the network needs a permission, too. */
const PERMISSION = [
  '--permission',
  '--allow-fs-read=*',
  ...(process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : []),
]

test('where threads are not allowed the main thread answers, and one warning says so', async () => {
  const { program, ask } = await startProbed({}, { flags: PERMISSION })
  expect((await ask('/readyz')).status).toBe(200)
  expect(linesOf(program, 'probes.on_loop')).toMatchObject([{ level: 'warn' }])
})

test('a port that is taken is told as it is without a thread', async () => {
  const { adminPort } = await startProbed()
  const refusals = [{}, { OFF_LOOP: 'false' }].map(async (env) => {
    const other = startProgram(PROGRAM, { OTEL_SDK_DISABLED: 'true', PORT: String(adminPort), ...env })
    onTestFinished(() => other[Symbol.asyncDispose]())
    const line = JSON.parse(await other.line('probed did not start')) as { err: Record<string, unknown> }
    expect((await other.exit).code).toBe(1)
    const { code, message, hint } = line.err
    return { code, message, hint }
  })
  const [withThread, without] = await Promise.all(refusals)
  expect(withThread).toEqual(without)
  expect(withThread?.code).toBe('SEA_LISTENER_PORT_TAKEN')
})

test('where nobody may look into the main thread, it is still told that it is stuck', async () => {
  const flags = [...PERMISSION, '--allow-fs-write=*', '--allow-worker']
  const { program, tell, ask } = await startProbed({}, { flags })
  await tell('how=loop&ms=3000')
  const { msg, evidence } = JSON.parse(await program.line(STUCK)) as Record<string, string>
  if (evidence !== undefined && existsSync(evidence)) rmSync(evidence)
  expect(msg).toContain('the event loop has not turned for')
  expect((await ask('/livez')).status).toBe(503)
  await program.line(RECOVERED)
})
