/** All of kills.test.ts: 25 kills. */
import './kills.test.ts'
