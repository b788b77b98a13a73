/** The same with twenty times as many steps. */
import './network.test.ts'
