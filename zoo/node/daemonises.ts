// Defect: starts the service as a process of its own and ends: nobody can signal the service.
import { spawn } from 'node:child_process'

const script = new URL('golden.ts', import.meta.url).pathname
spawn(process.execPath, [script], { detached: true, stdio: 'ignore' }).unref()
