// What `npm run test:docker` tells its tests: why they cannot run, and which images are there under the names of .env.

/** For `describe`: the reason, when no engine answers. */
export const skip: string | false = process.env['DOCKER_TESTS_SKIPPED'] ?? false

export function imageOf(pin: string): string {
  const image = process.env[pin]
  if (image === undefined) throw new Error(`${pin} is not set: start this with npm run test:docker`)
  return image
}
