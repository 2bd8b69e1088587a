'use strict'
require('dd-trace').init()

const FLUSH_INTERVAL_MS = 2000
globalThis[Symbol.for('bench.flush')] = () => new Promise((resolve) => setTimeout(resolve, FLUSH_INTERVAL_MS + 500))
