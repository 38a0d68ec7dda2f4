// An operator installs an adapter, narrows what it asks for, upgrades it for some channels first, and goes back.
import { signIn } from "./sign_in.js";

export async function operator(visit) {
  const page = await visit.person();
  await signIn(visit, page, "operator@example.com");
  await page.getByRole("heading", { name: "Adapters" }).waitFor();
  await page.getByLabel("File of the adapter").setInputFiles(visit.adapters[0]);
  await page.getByRole("button", { name: "Install and review" }).click();
  await visit.expect(page, "It is not signed");
  await visit.look(page, "adapter-review");
  const rule = page.locator("input[name='rule']").last();
  const withheld = await rule.inputValue();
  await rule.uncheck();
  await page.getByLabel("Requests a second, at most").fill("2");
  await page.getByRole("button", { name: "Approve what is ticked" }).click();
  await visit.expect(page, "at most 2 requests");
  await visit.look(page, "adapter");
  await visit.picture(page, "adapter");
  if (await page.getByRole("rowheader", { name: withheld, exact: true }).count()) visit.problems.push(`${withheld} was not withheld`);

  await page.getByRole("link", { name: "Adapters" }).first().click();
  await page.getByLabel("File of the adapter").setInputFiles(visit.adapters[1]);
  await page.getByRole("button", { name: "Install and review" }).click();
  await visit.expect(page, "It would be allowed in addition");
  await visit.look(page, "adapter-upgrade");
  await page.getByLabel("Try it first on so many percent of the channels").fill("10");
  await page.getByRole("button", { name: "Approve what is ticked" }).click();
  await visit.expect(page, "version 0.2.0 is tried");
  await visit.look(page, "adapter-canary");
  await page.getByRole("button", { name: "Use the version that is tried" }).click();
  await visit.expect(page, "version 0.2.0 is in use");
  await page.getByRole("button", { name: "Go back to the grant before" }).click();
  await visit.expect(page, "version 0.1.0 is in use");
  await page.getByRole("link", { name: "Adapters" }).first().click();
  await visit.look(page, "adapters");
  await host(visit, page);
}

async function host(visit, page) {
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Host" }).click();
  await visit.look(page, "host");
  await page.getByRole("link", { name: "Plans" }).click();
  await page.getByLabel("Name").fill("small");
  await page.getByLabel("Channels").fill("2");
  await page.getByRole("button", { name: "Save the plan" }).click();
  await visit.expect(page, "small");
  await visit.look(page, "host-plans");
  await page.getByRole("link", { name: "Tenants", exact: true }).first().click();
  await visit.look(page, "host-tenants");
  await page.getByRole("link", { name: "default" }).click();
  await page.getByLabel("Plan").selectOption("small");
  await page.getByRole("button", { name: "Give it this plan" }).click();
  await visit.expect(page, "small");
  await visit.look(page, "host-tenant");
  await page.getByRole("link", { name: "Tenants of the host" }).click();
  await page.getByRole("link", { name: "Users" }).click();
  await visit.look(page, "host-users");
}
