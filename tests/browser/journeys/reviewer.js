// A reviewer sees what an adapter may do and did, verifies the log, and takes a copy of it along.
import { readFileSync } from "node:fs";
import { signIn } from "./sign_in.js";

export async function reviewer(visit) {
  const page = await visit.person({ acceptDownloads: true });
  await signIn(visit, page, "reviewer@example.com");
  await page.getByRole("link", { name: "WooCommerce" }).click();
  await visit.expect(page, "What it may do");
  await visit.look(page, "adapter-used");
  await page.goto("/adapters/etsy/approve");
  await visit.expect(page, "an operator approves");
  await visit.look(page, "adapter-review-only");
  await page.getByRole("link", { name: "Adapters" }).first().click();
  await page.getByRole("link", { name: "Verify the audit log" }).click();
  await visit.expect(page, "it holds");
  await visit.look(page, "audit");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download the log" }).click(),
  ]);
  const entries = readFileSync(await download.path(), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  if (entries.length < 3 || entries[0].seq !== 1) visit.problems.push(`the log that was downloaded has ${entries.length} entries`);
  await page.goto("/products");
  await visit.look(page, "tenants-none");
  await page.goto("/nowhere");
  await visit.look(page, "not-found");
}
