/** Input that does not follow its protocol. `message` says what was expected and where (byte offset or JSON path). */
export class ProtocolError extends Error {
  override name = 'ProtocolError'
}
