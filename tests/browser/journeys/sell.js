// A seller lists goods of one shop on another: chosen, changed, checked, published, seen on sale; refused ones are found and mended.

export async function sell(visit, ann) {
  await ann.goto("/products");
  await ann.locator("main").getByLabel("Channel").selectOption({ label: "berlin" });
  await ann.locator("main").getByLabel("Status").selectOption("active");
  await ann.getByRole("button", { name: "Show" }).click();
  await ann.getByText("Save this view").click();
  await ann.getByLabel("Name of the tab").fill("On sale in Berlin");
  await ann.getByRole("button", { name: "Save", exact: true }).click();
  await ann.getByRole("navigation", { name: "Saved views" }).getByRole("link", { name: "On sale in Berlin" }).waitFor();
  await visit.look(ann, "products-view");

  const boxes = ann.locator(".goods tbody input[type=checkbox]");
  for (const at of [0, 1, 2]) await boxes.nth(at).check();
  await ann.getByRole("button", { name: "List on a channel" }).click();
  await visit.expect(ann, "List 3 products");
  await ann.getByLabel("On", { exact: true }).selectOption({ label: "paris" });
  await ann.getByRole("button", { name: "Show what would come of it" }).click();
  await visit.look(ann, "listings-new");
  await ann.getByRole("button", { name: /^Make \d drafts?/ }).click();
  await visit.until(ann, "done");
  await visit.look(ann, "listings-job-drafts");

  await ann.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Listings" }).click();
  await ann.locator(".goods a").first().click();
  await visit.expect(ann, "Nothing keeps it from being listed");
  await visit.look(ann, "listing-draft");
  await change(visit, ann);
  await category(visit, ann);
  await ann.getByRole("button", { name: "Publish" }).click();
  await shown(visit, ann, "on sale");
  await visit.expect(ann, "Taken by the marketplace");
  await visit.look(ann, "listing-on-sale");
  await ann.getByRole("link", { name: "The product" }).click();
  await visit.expect(ann, "Listed on");
  await visit.look(ann, "product-listed");
  await many(visit, ann);
  await rules(visit, ann);
}

async function change(visit, ann) {
  await ann.getByRole("link", { name: "Change", exact: true }).click();
  await visit.look(ann, "listing-edit");
  await ann.getByLabel("Title", { exact: true }).fill("A better title for Paris");
  await ann.getByLabel("Price of every variant").fill("cheap");
  await ann.getByRole("button", { name: "Save" }).click();
  await visit.expect(ann, "is no amount");
  await visit.look(ann, "listing-edit-refused");
  if ((await ann.getByLabel("Title", { exact: true }).inputValue()) !== "A better title for Paris") visit.problems.push("what was typed is lost");
  await ann.getByLabel("Price of every variant").fill("19.90");
  await ann.getByRole("button", { name: "Save" }).click();
  await visit.expect(ann, "set here");
  await ann.getByRole("heading", { name: "A better title for Paris", level: 1 }).waitFor();
}

async function category(visit, ann) {
  const listing = ann.url();
  await ann.getByRole("link", { name: "Category", exact: true }).click();
  await visit.look(ann, "listing-category");
  await ann.getByRole("button", { name: "Look for a category" }).click();
  await shown(visit, ann, "What was found");
  await visit.look(ann, "listing-category-found");
  await ann.goto(listing);
}

async function many(visit, ann) {
  await ann.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Listings" }).click();
  await visit.look(ann, "listings");
  await ann.locator(".goods tbody input[type=checkbox]").first().check();
  await ann.locator(".goods tbody input[type=checkbox]").nth(1).check();
  await ann.getByRole("button", { name: "Publish" }).click();
  await visit.expect(ann, "Publish 2 listings");
  await visit.look(ann, "listings-plan");
  await ann.locator("main").getByRole("button", { name: /^Publish \d listing/ }).click();
  await visit.until(ann, "done");
  await visit.look(ann, "listings-job");
}

async function rules(visit, ann) {
  await ann.goto("/channels");
  await ann.getByRole("link", { name: "paris" }).first().click();
  await visit.expect(ann, "listed");
  await visit.look(ann, "channel-selling");
  await ann.getByRole("link", { name: "Prices and stock" }).click();
  const rule = ann.url();
  await visit.look(ann, "channel-rule");
  await ann.getByLabel("Percent on top").fill("10");
  await ann.getByLabel("Prices end in").fill("99");
  await ann.getByLabel("Never below").fill("100000");
  await ann.getByRole("button", { name: "Show what would change" }).click();
  await visit.expect(ann, "would not be listed");
  await visit.look(ann, "channel-rule-plan");
  await ann.getByRole("button", { name: "Save the rule" }).click();
  await shown(visit, ann, "below the channel");
  await visit.look(ann, "listings-refused");
  await ann.locator(".goods a").first().click();
  await visit.expect(ann, "It would be refused");
  await visit.look(ann, "listing-refused");
  await ann.getByRole("link", { name: "Entrepot" }).click();
  await visit.expect(ann, "listings need attention");
  await visit.look(ann, "start-refused");
  await ann.goto(rule);
  await ann.getByLabel("Never below").fill("");
  await ann.getByRole("button", { name: "Show what would change" }).click();
  await ann.getByRole("button", { name: "Save the rule" }).click();
  await ann.goto(rule.replace(/rule$/, "adoption"));
  await ann.getByRole("button", { name: "Look" }).click();
  await shown(visit, ann, "What was found");
  await visit.look(ann, "channel-adoption");
}

/// It comes after a while, on a page that is loaded again.
async function shown(visit, page, words) {
  for (let tries = 0; tries < 80; tries += 1) {
    if (await page.locator("main").getByText(words).count()) return;
    await page.waitForTimeout(400);
    // The page may be on its way already: what is live loads it by itself when it is over.
    await page.reload().catch(() => page.waitForLoadState());
  }
  throw new Error(`${page.url()} never shows ${words}`);
}
