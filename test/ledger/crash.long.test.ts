/** All of crash.test.ts: 8 kills. */
import './crash.test.ts'
