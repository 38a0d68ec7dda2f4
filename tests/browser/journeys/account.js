// A second factor is set up and used, a lost password chosen anew, and the address changed.
import { code } from "../authenticator.js";
import { link } from "../mails.js";
import { signIn } from "./sign_in.js";

const MAX = "max@example.com";
const NEW = "maximilian@example.com";
const PASSWORD = "another horse battery staple";

export async function account(visit) {
  const max = await visit.person();
  await max.goto("/products");
  await max.getByRole("link", { name: "I do not know my password" }).click();
  await visit.look(max, "lost-password");
  await max.getByLabel("E-mail").fill(MAX);
  await max.getByRole("button", { name: "Send the mail" }).click();
  await visit.expect(max, "a mail is on its way");
  await visit.look(max, "lost-password-sent");
  await max.goto(await link(visit, MAX, "reset"));
  await max.getByLabel("New password").fill(PASSWORD);
  await visit.look(max, "reset");
  await max.getByRole("button", { name: "Choose a new password" }).click();
  await visit.expect(max, "Your new password counts from now on");
  await signIn(visit, max, MAX, PASSWORD);

  await max.getByRole("link", { name: MAX }).click();
  await visit.look(max, "account");
  await max.locator("#on-password").fill(PASSWORD);
  await max.getByRole("button", { name: "Set it up" }).click();
  await visit.look(max, "second-factor");
  const secret = await max.locator("main code").textContent();
  await max.getByLabel("The code that it shows now").fill("000000");
  await max.getByRole("button", { name: "Turn it on" }).click();
  await visit.expect(max, "The code is wrong");
  await max.getByLabel("The code that it shows now").fill(code(secret));
  await max.getByRole("button", { name: "Turn it on" }).click();
  await visit.expect(max, "They are shown this once");
  await visit.look(max, "recovery-codes");
  const recovery = await max.locator(".codes li").first().textContent();
  await max.getByRole("link", { name: "I have them" }).click();
  await visit.expect(max, "on, 10 recovery codes left");
  await max.getByRole("button", { name: "Sign out", exact: true }).click();

  await signIn(visit, max, MAX, PASSWORD);
  await visit.expect(max, "Give the code of your authenticator");
  await visit.look(max, "sign-in-code");
  await max.getByLabel("Password").fill(PASSWORD);
  await max.getByLabel("Code").fill(recovery);
  await max.getByRole("button", { name: "Sign in" }).click();
  await max.goto("/me");
  await visit.expect(max, "on, 9 recovery codes left");

  await max.getByLabel("New address").fill(NEW);
  await max.locator("#email-password").fill(PASSWORD);
  await max.getByRole("button", { name: "Send the mail" }).click();
  await visit.expect(max, "A mail is on its way to the new address");
  await max.goto(await link(visit, NEW, "change"));
  await max.getByRole("button", { name: "Confirm your new address" }).click();
  await visit.expect(max, "has the new address from now on");
  await max.goto("/me");
  await visit.expect(max, NEW);
  await max.locator("#off-password").fill(PASSWORD);
  await max.getByRole("button", { name: "Turn it off" }).click();
  await visit.expect(max, "you sign in with your password alone");
}
