/** All of payload-fuzz.test.ts: a hundred payloads a verb. */
import './payload-fuzz.test.ts'
