// An owner invites a seller, who connects two shops, imports them, finds a product, tries again what failed, links what is the same, and sells.
import { link } from "../mails.js";
import { sell } from "./sell.js";
import { signIn } from "./sign_in.js";

const ANN = "ann@example.com";

export async function seller(visit) {
  const owner = await visit.person();
  await signIn(visit, owner, "owner@example.com");
  await visit.expect(owner, "Nothing is connected yet");
  await visit.look(owner, "start-empty");
  await owner.getByRole("link", { name: "Members" }).click();
  await owner.getByLabel("E-mail").fill(ANN);
  await owner.getByLabel("Role").selectOption("seller");
  await owner.getByRole("button", { name: "Send the invitation" }).click();
  await visit.expect(owner, "invited");
  await visit.look(owner, "members");
  await owner.getByRole("link", { name: "API keys" }).click();
  await owner.getByLabel("Name").fill("stock bot");
  await owner.getByLabel("catalog:read").check();
  await owner.getByRole("button", { name: "Make the key" }).click();
  await visit.expect(owner, "It is shown once");
  await visit.look(owner, "api-keys");

  const ann = await visit.person();
  await ann.goto(await link(visit, ANN, "invite"));
  await visit.look(ann, "invitation");
  await ann.getByLabel("Your name").fill("Ann");
  await ann.getByLabel("A password").fill(visit.password);
  await ann.getByRole("button", { name: "Accept the invitation" }).click();
  await visit.expect(ann, "You belong to the tenant from now on");
  await visit.look(ann, "invitation-accepted");
  await ann.getByRole("link", { name: "Sign in" }).click();
  await visit.look(ann, "sign-in");
  await signIn(visit, ann, ANN, "not her password");
  await visit.expect(ann, "The e-mail address or the password is wrong");
  await signIn(visit, ann, ANN);

  await ann.getByRole("link", { name: "Connect a channel" }).click();
  await visit.look(ann, "connect-where");
  await connect(visit, ann, "berlin", visit.stores[0], true);
  await visit.look(ann, "channel-new");
  await importAll(visit, ann);
  await visit.look(ann, "run");
  await ann.goto("/channels/new");
  await connect(visit, ann, "paris", visit.stores[1], false);
  await importAll(visit, ann);
  await ann.getByRole("link", { name: "Entrepot" }).click();
  await visit.look(ann, "start");
  await visit.picture(ann, "start");

  await find(visit, ann);
  await tryAgain(visit, ann);
  await relate(visit, ann);
  await sell(visit, ann);
  for (const [name, section] of [["channels", "Channels"], ["runs", "Runs"], ["links", "Links"]]) {
    await ann.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: section }).click();
    await visit.look(ann, name);
  }
  await ann.goto("/channels");
  await ann.getByRole("link", { name: "paris" }).first().click();
  await visit.look(ann, "channel");
  await ann.getByRole("link", { name: "Change settings" }).click();
  await visit.look(ann, "channel-settings");
  await ann.goBack();
  await ann.getByRole("link", { name: "Deliveries" }).click();
  await visit.look(ann, "deliveries");
  await ann.goto("/channels");
  await ann.getByRole("link", { name: "paris" }).first().click();
  await ann.getByRole("link", { name: "Remove" }).click();
  await visit.look(ann, "channel-remove");
  return ann;
}

async function connect(visit, ann, name, shop, first) {
  await ann.getByRole("link", { name: "WooCommerce" }).click();
  const fill = async (secret) => {
    await ann.getByLabel("Name").fill(name);
    await ann.locator("[name='setting.store_url']").fill(shop.url);
    // The shop would hand keys over by itself; these were made by hand.
    const byHand = ann.locator("details:has([name='secret.consumer_key'])");
    if ((await byHand.count()) && (await byHand.getAttribute("open")) === null) await byHand.locator("summary").click();
    await ann.locator("[name='secret.consumer_key']").fill(shop.key);
    await ann.locator("[name='secret.consumer_secret']").fill(secret);
    await ann.getByRole("button", { name: "Test and connect" }).click();
  };
  if (first) {
    await fill("cs_0000000000000000000000000000000000000000");
    await visit.expect(ann, "It was not saved");
    if ((await ann.getByLabel("Name").inputValue()) !== name) visit.problems.push("what was typed is lost");
    await visit.look(ann, "connect-refused");
  }
  await fill(shop.secret);
  await ann.getByRole("heading", { name, level: 1 }).waitFor();
  await ann.getByRole("button", { name: "Test the connection" }).click();
  await visit.expect(ann, "The connection works");
}

async function importAll(visit, ann) {
  await ann.getByRole("button", { name: "Import everything now" }).click();
  await visit.until(ann, "complete");
}

async function find(visit, ann) {
  if (visit.script) {
    await ann.keyboard.press("/");
    await ann.keyboard.type(visit.sku);
    await ann.keyboard.press("Enter");
  } else {
    await ann.getByRole("searchbox", { name: "Search products" }).fill(visit.sku);
    await ann.getByRole("searchbox", { name: "Search products" }).press("Enter");
  }
  await ann.getByRole("heading", { name: "Products" }).waitFor();
  await visit.look(ann, "products-found");
  await ann.locator(".goods a").first().click();
  await visit.expect(ann, visit.sku);
  await visit.look(ann, "product");
  await ann.goto("/products");
  await visit.look(ann, "products");
  await ann.goto("/products?q=nothing+is+called+so");
  await visit.look(ann, "products-none");
}

async function tryAgain(visit, ann) {
  await ann.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Dead letters" }).click();
  await visit.look(ann, "dead-letters");
  await ann.locator("table").nth(1).getByRole("link").first().click();
  await visit.look(ann, "dead-letter");
  await ann.goBack();
  await ann.locator("table").first().getByRole("link").first().click();
  await ann.getByRole("link", { name: "Try these again" }).click();
  await visit.look(ann, "dead-letters-plan");
  await ann.getByRole("button", { name: /^Try .* again$/ }).click();
  await visit.until(ann, "done");
  await visit.look(ann, "operation");
  await ann.getByRole("link", { name: "What is left" }).click();
}

async function relate(visit, ann) {
  await ann.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Links" }).click();
  await ann.getByLabel("Find matches for").selectOption({ label: "paris" });
  await ann.getByRole("button", { name: "Find matches" }).click();
  await visit.until(ann, "done");
  await ann.locator("#progress a.button").click();
  await visit.look(ann, "links-review");
  await ann.getByRole("button", { name: /^Accept all open ones/ }).click();
  await ann.getByRole("button", { name: /^Link the/ }).click();
  await visit.until(ann, "done");
  await ann.goto("/products?q=" + visit.sku);
  await ann.locator(".goods a").first().click();
  await visit.expect(ann, "The same goods elsewhere");
  await visit.look(ann, "product-linked");
}
