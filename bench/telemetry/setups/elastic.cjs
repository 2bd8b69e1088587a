'use strict'
const agent = require('elastic-apm-node').start()

globalThis[Symbol.for('bench.flush')] = () => new Promise((resolve) => void agent.flush({}, resolve))
