/** All of parameter-extremes.test.ts: a hundred payloads a verb. */
import './parameter-extremes.test.ts'
