/** All of simulation.test.ts: 5,000 steps. */
import './simulation.test.ts'
