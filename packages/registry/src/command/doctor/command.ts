import { Command } from "commander";
import { type Terminal, write } from "../output.ts";
import type { Finding } from "./finding.ts";
import { checkVariables } from "./variables.ts";

const MARKS = { good: "ok     ", warning: "warning", bad: "wrong  " } as const;

/** `doctor`: says what is wrong with a client's environment, and how to mend it. */
export function doctorCommand(terminal: Terminal, onTrouble: () => void): Command {
  return new Command("doctor")
    .description("Check the variables by which Packer and Terraform find a registry.")
    .option("--json", "print what was found as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const variables = checkVariables(terminal.environment);
      const isHopeless = variables.some((finding) => finding.state === "bad");
      const findings = isHopeless ? variables : [...variables, ...(await connect(terminal))];
      if (findings.some((finding) => finding.state === "bad")) onTrouble();
      await write(terminal.stdout, json ? `${JSON.stringify(findings)}\n` : asText(findings));
    });
}

async function connect({ environment }: Terminal): Promise<Finding[]> {
  const { checkConnection } = await import("./connection.ts");
  return await checkConnection(environment);
}

function asText(findings: readonly Finding[]): string {
  return findings
    .map(({ subject, state, message, cure }) => {
      const line = `${MARKS[state]}  ${subject} ${message}\n`;
      return cure === "" ? line : `${line}         → ${cure}\n`;
    })
    .join("");
}
