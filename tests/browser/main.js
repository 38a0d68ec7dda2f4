// Pages as people use them. What it takes comes as JSON in the first argument; what is wrong goes to stdout, a line each.
import { account } from "./journeys/account.js";
import { operator } from "./journeys/operator.js";
import { reviewer } from "./journeys/reviewer.js";
import { seller } from "./journeys/seller.js";
import { Visit } from "./visit.js";

const given = JSON.parse(process.argv[2]);
const visit = await Visit.begin(given);
for (const journey of [seller, account, operator, reviewer]) {
  const began = Date.now();
  try {
    await journey(visit);
  } catch (error) {
    const page = visit.browser.contexts().flatMap((context) => context.pages()).findLast((page) => page !== visit.scripted);
    await page?.screenshot({ path: `${visit.shots}/broken-${journey.name}.png`, fullPage: true }).catch(() => 0);
    visit.problems.push(`${journey.name} at ${page?.url()}: ${error.stack}`);
  }
  console.error(`${given.name}: ${journey.name} took ${((Date.now() - began) / 1000).toFixed(1)} s`);
  for (const context of visit.browser.contexts()) await context.close();
  visit.scripted = undefined;
}
await visit.end();
console.error(`${given.name}: ${visit.addresses.size} pages`);
for (const problem of visit.problems) console.log(problem);
process.exitCode = visit.problems.length ? 1 : 0;
