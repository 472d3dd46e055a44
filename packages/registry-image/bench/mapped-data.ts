import { createHash } from "node:crypto";

const areas = ["us-east", "eu-west", "ap-south", "sa-east", "ca-central"];

/**
 * Answers image ids by region, in an order that looks random: the regions' numbers come from a linear congruential
 * generator, whose 32-bit period leaves no two alike. The benchmark of the Go SDK makes the same.
 */
export function makeMappedData(size: number): Record<string, string> {
  const data: Record<string, string> = {};
  let state = 1;
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[`${areas[index % areas.length]}-${hexadecimal(state)}`] = `ami-${hexadecimal(index)}`;
  }
  return data;
}

/** The SHA-256 of all entries by sorted region, each as `region=ami` and a newline. */
export function digest(data: Readonly<Record<string, string>>): string {
  const hash = createHash("sha256");
  for (const region of Object.keys(data).sort()) hash.update(`${region}=${data[region]}\n`);
  return hash.digest("hex");
}

function hexadecimal(value: number): string {
  return value.toString(16).padStart(8, "0");
}
