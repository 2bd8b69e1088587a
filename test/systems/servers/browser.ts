import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { serverFolder, startServerProcess } from './start-server.ts'

type Fields = Readonly<Record<string, unknown>>

/** A message of the browser's protocol, see https://chromedevtools.github.io/devtools-protocol/ */
interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Fields
  readonly result?: Fields
  readonly error?: { readonly message: string }
}

const ARGUMENTS = [
  '--headless=new',
  '--no-first-run',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  // Whoever runs tests as root, as a container does, has no other way; nothing but our own page is opened.
  '--no-sandbox',
  '--remote-debugging-port=0',
]

const CALL_LIMIT_MS = 60_000

/** A tab of a real browser. */
export class BrowserTab {
  readonly #call: (method: string, params?: Fields) => Promise<Fields>
  readonly #seen: readonly Message[]

  constructor(call: (method: string, params?: Fields) => Promise<Fields>, seen: readonly Message[]) {
    this.#call = call
    this.#seen = seen
  }

  call(method: string, params: Fields = {}): Promise<Fields> {
    return this.#call(method, params)
  }

  /** Opens an address and waits until `isThere` is true in the page. */
  async open(url: string, isThere: string): Promise<void> {
    await this.call('Page.navigate', { url })
    await this.until(isThere)
  }

  /** The value of an expression in the page; promises are waited for. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.call('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`)
    return (result as { readonly value: T }).value
  }

  /** Resolves when an expression is true, looked at before each frame. */
  async until(expression: string): Promise<void> {
    await this.evaluate(
      `new Promise((resolve) => { const look = () => (${expression}) ? resolve() : requestAnimationFrame(look); look() })`,
    )
  }

  /** Waits until what was asked of the page so far has been drawn. */
  async nextFrame(): Promise<void> {
    await this.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
  }

  /** A key as a keyboard sends it. */
  async press(key: string, text?: string): Promise<void> {
    const virtual: Readonly<Record<string, number>> = { Tab: 9, Enter: 13, Escape: 27, ArrowLeft: 37, ArrowRight: 39 }
    const code = virtual[key] ?? key.toUpperCase().charCodeAt(0)
    const fields = { key, windowsVirtualKeyCode: code, ...(text === undefined ? {} : { text }) }
    await this.call('Input.dispatchKeyEvent', { type: text === undefined ? 'rawKeyDown' : 'keyDown', ...fields })
    await this.call('Input.dispatchKeyEvent', { type: 'keyUp', ...fields })
  }

  async size(width: number, height: number, isDark: boolean): Promise<void> {
    await this.call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
    const value = isDark ? 'dark' : 'light'
    await this.call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] })
  }

  /** What the browser has told of by a name so far. */
  seen(method: string): readonly Fields[] {
    return this.#seen.filter((message) => message.method === method).map(({ params = {} }) => params)
  }
}

/** Starts Chromium with a profile of its own, and opens a tab. */
export async function startBrowser(): Promise<{ readonly tab: BrowserTab } & AsyncDisposable> {
  const folder = await serverFolder('browser')
  const owned = await startServerProcess({
    program: 'chromium',
    args: [...ARGUMENTS, `--user-data-dir=${folder.path}`, 'about:blank'],
    folder: folder.path,
  })
  let address = ''
  await owned.whenReady(async () => {
    const [port = '', path = ''] = (await readFile(join(folder.path, 'DevToolsActivePort'), 'utf8')).split('\n')
    address = `ws://127.0.0.1:${port}${path}`
    return path !== ''
  })
  const socket = new WebSocket(address)
  await once(socket, 'open')
  const tab = await openTab(socket)
  return {
    tab,
    async [Symbol.asyncDispose]() {
      socket.terminate()
      await owned[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function openTab(socket: WebSocket): Promise<BrowserTab> {
  const seen: Message[] = []
  const waiting = new Map<number, (message: Message) => void>()
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString('utf8')) as Message
    if (message.id === undefined) seen.push(message)
    else waiting.get(message.id)?.(message)
  })
  const session: { sessionId?: string } = {}
  const call = async (method: string, params: Fields = {}): Promise<Fields> => {
    const id = waiting.size + 1
    const answered = new Promise<Message>((resolve, reject) => {
      waiting.set(id, resolve)
      AbortSignal.timeout(CALL_LIMIT_MS).addEventListener('abort', () => reject(new Error(`no answer to ${method}`)))
    })
    socket.send(JSON.stringify({ id, method, params, ...session }))
    const { error, result = {} } = await answered
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result
  }
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' })
  const attached = await call('Target.attachToTarget', { targetId, flatten: true })
  session.sessionId = attached['sessionId'] as string
  for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await call(`${domain}.enable`)
  return new BrowserTab(call, seen)
}
