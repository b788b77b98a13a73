/** Before each file: random numbers begin anew, so that a seed replays a file whatever ran before it in the same worker. */
import { restartRandom } from './kernel/support/random.ts'

restartRandom()
