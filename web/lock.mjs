/* Takes the addresses that npm notes for donations out of the lock: `npm run lock` after a change of versions. */

import { readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const about of Object.values(lock.packages)) {
  delete about.funding;
  delete about.resolved;
}
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
