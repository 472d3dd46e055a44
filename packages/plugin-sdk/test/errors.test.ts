import { expect, it } from "vitest";
import { cleanText } from "../src/index.ts";

it("text of another program is one printable line of bounded length", () => {
  expect(cleanText(" <h1>\u001b[31m No\r\n\tway\0</h1>\n")).toBe("<h1> [31m No way </h1>");
  expect(cleanText("x".repeat(5000))).toBe(`${"x".repeat(2000)}…`);
});
