/**
 * `seaworthy/register`: gives an existing service drain, probes, telemetry and a flush, without a line of code:
 * `node --import seaworthy/register server.js`. Importing it is the asking, so it is the one module that does something
 * when it is imported.
 *
 * @module
 */
export * from '../register/preload.ts'
