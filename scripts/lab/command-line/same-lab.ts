const LAB_COMMANDS =
  /npm run (up|down|status|logs|doctor|checkout|fault|load|links)\b(?: --(?= ))?(?![^;,]*--port-offset)/g

/** Aims the commands that a text suggests at the lab this command was aimed at: without its offset they would find another one. */
export function forSameLab(text: string, portOffset: string | undefined): string {
  return portOffset === undefined || portOffset === ''
    ? text
    : text.replace(LAB_COMMANDS, `npm run $1 -- --port-offset ${portOffset}`)
}
