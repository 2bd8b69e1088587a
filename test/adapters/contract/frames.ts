/** One thing said in the protocol of the TCP kind: a word, and what belongs to it. */
export interface Frame {
  readonly word: string
  readonly text: string
}

export function toFrame(word: string, text = ''): Buffer {
  return Buffer.from(`${word} ${Buffer.byteLength(text)}\n${text}`)
}

/** Gives `onFrame` each frame, however its bytes come. */
export function frameReader(onFrame: (frame: Frame) => void): (bytes: Buffer) => void {
  let unread: Buffer = Buffer.alloc(0)
  return (bytes) => {
    unread = Buffer.concat([unread, bytes])
    for (let head = unread.indexOf('\n'); head >= 0; head = unread.indexOf('\n')) {
      const [word = '', length = '0'] = unread.toString('utf8', 0, head).split(' ')
      const end = head + 1 + Number(length)
      if (unread.length < end) return
      const text = unread.toString('utf8', head + 1, end)
      unread = unread.subarray(end)
      onFrame({ word, text })
    }
  }
}
