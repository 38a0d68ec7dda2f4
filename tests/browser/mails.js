// The mails that the host wrote to files.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/// The path of the link of that purpose in a mail to them that was not read before.
export async function link(given, to, purpose) {
  const read = (given.read ??= new Set());
  for (let tries = 0; tries < 100; tries += 1) {
    for (const name of files(given.mails)) {
      const mail = readFileSync(join(given.mails, name), "utf8").replace(/=\r?\n/g, "").replace(/=3D/g, "=");
      const found = mail.match(new RegExp(`/account/${purpose}\\?token=[\\w-]+`));
      if (!found || read.has(name) || !mail.includes(`To: ${to}`)) continue;
      read.add(name);
      return found[0];
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no mail to ${to} to ${purpose}`);
}

function files(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
