/** All of agreement.test.ts: 20,000 checks a build. */
import './agreement.test.ts'
