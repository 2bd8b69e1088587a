import { isMainThread, type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { toSystemError } from './system-error.ts'
import { Forwarder } from './forwarder.ts'
import { LoopGuard } from './loop-guard.ts'
import { OffLoopListener } from './off-loop-listener.ts'
import type { FromOffLoop, OffLoopBrief, ToOffLoop } from './off-loop-messages.ts'
import { SnapshotProbes } from './snapshot-probes.ts'

// The program of the thread that has the admin port, see off-loop-admin.ts. It shares nothing with the main thread but the
// process, a counter and messages, so it answers whatever the main thread does.

if (!isMainThread && parentPort !== null && (workerData as OffLoopBrief | null)?.kind === 'seaworthy-off-loop') {
  void serve(workerData as OffLoopBrief, parentPort)
}

async function serve(brief: OffLoopBrief, port: MessagePort): Promise<void> {
  // Reports of threads are inside of that of the process, and do not follow what it leaves out.
  Object.assign(process.report, { excludeEnv: true, excludeNetwork: true })
  const tell = (message: FromOffLoop): void => port.postMessage(message)
  let { news } = brief
  const guard = new LoopGuard(brief, tell)
  const probes = new SnapshotProbes(brief, {
    // What was said before the request came counts for its answer, whichever event is dealt with first.
    refresh: () => hearAll(),
    stuckMs: () => guard.look(),
  })
  const forwarder = new Forwarder(tell, () => guard.look() !== undefined)
  const listener = new OffLoopListener({
    probes,
    forwarder,
    port: brief.port,
    host: brief.host,
    details: brief.details,
    token: () => {
      hearAll()
      return news.token
    },
    onError: (error) => tell({ kind: 'listener-failed', error: toSystemError(error.cause ?? error) }),
  })
  const close = async (limitMs: number): Promise<void> => {
    const report = await listener.close(limitMs)
    guard.stop()
    tell({ kind: 'closed', report })
  }
  const hear = (message: ToOffLoop): void => {
    if (message.kind === 'news') {
      news = message
      probes.update(message.snapshot)
    } else if (message.kind === 'answer') forwarder.answer(message.id, message.answer)
    else void close(message.limitMs)
  }
  const hearAll = (): void => {
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      hear(next.message as ToOffLoop)
    }
  }
  port.on('message', hear)
  try {
    tell({ kind: 'listening', bound: await listener.listen() })
    guard.start()
  } catch (error) {
    tell({ kind: 'not-bound', error: toSystemError((error as Error).cause ?? error) })
  }
}
