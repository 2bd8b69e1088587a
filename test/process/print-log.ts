/** A log that a test can read: one line for each call, `level message {fields}`. */
export const printLog = {
  debug: print('debug'),
  info: print('info'),
  warn: print('warn'),
  error: print('error'),
}

function print(level: string) {
  return (fields: object, message: string): void => console.log(`${level} ${message} ${JSON.stringify(fields)}`)
}
