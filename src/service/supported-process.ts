import cluster from 'node:cluster'
import { isMainThread } from 'node:worker_threads'
import { SeaworthyError } from '../core/seaworthy-error.ts'

/**
 * Refuses to run where the promises of a service can't hold: Node delivers no signals to worker threads, and the workers
 * of a cluster share the admin port, so that a probe would be answered by any of them.
 *
 * @throws {@link SeaworthyError} `SEA_SERVICE_UNSUPPORTED_PROCESS`
 */
export function requireOwnProcess(name: string): void {
  if (!isMainThread) throw unsupported(name, 'a worker thread')
  if (cluster.isWorker) throw unsupported(name, 'a worker of node:cluster')
}

function unsupported(name: string, where: string): SeaworthyError {
  return new SeaworthyError('SEA_SERVICE_UNSUPPORTED_PROCESS', `run() of "${name}" was called in ${where}`, {
    hint: 'Run a service in a process of its own, and more of them as replicas. Threads may do its computing.',
  })
}
