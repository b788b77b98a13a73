/** All of guessing.test.ts: everybody guesses, at a hundred and fifty more transactions a verb. */
import './guessing.test.ts'
