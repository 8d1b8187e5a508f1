/** Lines of a byte stream, without their newline. A line is one export request: bounded, so that a file of one endless line ends with an error. */
const MAX_LINE_BYTES = 64 * 2 ** 20

const NEWLINE = 0x0a

export async function* linesOf(chunks: AsyncIterable<Buffer>, maxLineBytes = MAX_LINE_BYTES): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  let restBytes = 0
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      const line = chunk.subarray(from, at)
      from = at + 1
      const whole = restBytes === 0 ? line : Buffer.concat([...rest, line])
      rest = []
      restBytes = 0
      if (whole.length > 0) yield whole
    }
    if (from === chunk.length) continue
    rest.push(chunk.subarray(from))
    restBytes += chunk.length - from
    if (restBytes > maxLineBytes) throw new Error(`a line has more than ${maxLineBytes} bytes`)
  }
  if (restBytes > 0) yield Buffer.concat(rest)
}
