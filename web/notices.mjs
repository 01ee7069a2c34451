// Prints whose work the files beside it hold, and on what terms: every package installed, with its own licence text.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const locked = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
const folders = Object.keys(locked).filter((folder) => folder).sort();
for (const folder of folders) {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  const author = typeof about.author === "string" ? about.author : about.author?.name;
  const by = author ? `, by ${author}` : "";
  console.log(`${"=".repeat(80)}\n${about.name} ${about.version}: ${about.license ?? "no licence stated"}${by}\n`);
  for (const name of texts) console.log(readFileSync(join(folder, name), "utf8").trim() + "\n");
}
