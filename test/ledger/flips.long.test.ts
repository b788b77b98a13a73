/** All of flips.test.ts: 150 flips. */
import './flips.test.ts'
