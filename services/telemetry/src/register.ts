/** Import this before everything else: what is loaded earlier is not instrumented. */
import { startTracing } from './tracing.ts'

startTracing()
