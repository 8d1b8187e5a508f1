import { describeLab } from './lab-suite.ts'

describeLab('otelcol')
