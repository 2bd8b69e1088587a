/** Where a signal is sent: over OTLP, as JSON lines to standard error, or nowhere. */
export type ExporterKind = 'otlp' | 'console' | 'none'
