import { z } from "zod";
import { Connection } from "../../client/connection.ts";
import type { RegistryClientError } from "../../client/errors.ts";
import { type Environment, optionsFromEnvironment } from "../../client/options.ts";
import { messageOf } from "../../errors.ts";
import { bad, type Finding, good } from "./finding.ts";

const registryAnswer = z.object({ registry: z.object({ id: z.string() }) });

/** What the registry says to these variables: a token is had, the tenant found, the registry asked for. */
export async function checkConnection(environment: Environment): Promise<Finding[]> {
  let connection: Connection;
  try {
    connection = new Connection({ ...optionsFromEnvironment(environment), attempts: 1 });
  } catch (error) {
    return [bad("connection", `cannot be tried: ${messageOf(error)}`, "mend the variables first")];
  }
  const findings: Finding[] = [];
  try {
    await connection.token();
    findings.push(good("token", "was granted"));
    const { organizationId, projectId } = await connection.tenant();
    await connection.call({ method: "GET", path: "/registry", answer: registryAnswer });
    findings.push(
      good("registry", `answers for the organization ${organizationId}, project ${projectId}`),
    );
  } catch (error) {
    findings.push(explain(error, findings.length === 0));
  } finally {
    await connection.close();
  }
  return findings;
}

function explain(error: unknown, isAuth: boolean): Finding {
  const subject = isAuth ? "token" : "registry";
  const address = isAuth ? "HCP_AUTH_URL" : "HCP_API_ADDRESS";
  const tls = isAuth ? "HCP_AUTH_TLS" : "HCP_API_TLS";
  const message = messageOf(error);
  const { code, grpcCode, cause } = Object(error) as RegistryClientError;
  const reason = String((cause as { code?: unknown } | undefined)?.code ?? "");
  if (/CERT|SELF_SIGNED/.test(reason)) {
    return bad(
      subject,
      message,
      `the certificate is not trusted: set ${tls}=insecure, or SSL_CERT_FILE to the server's certificate.pem`,
    );
  }
  if (/EPROTO|ERR_SSL|HPE_|UND_ERR_SOCKET|ECONNRESET/.test(reason)) {
    return bad(
      subject,
      message,
      `one side speaks HTTPS, the other HTTP: set ${tls}${isAuth ? " or the port of HCP_AUTH_URL" : "=disabled for HTTP, or unset it for HTTPS"}`,
    );
  }
  if (code === "UNREACHABLE") {
    return bad(subject, message, `start the server, or mend ${address}`);
  }
  if (code === "UNAUTHENTICATED" && !isAuth) {
    return bad(
      subject,
      message,
      "the API does not take the token: HCP_API_ADDRESS and HCP_AUTH_URL must name one server; a token of an earlier one may be left in ~/.config/hcp/creds-cache.json: remove it",
    );
  }
  const cures: Partial<Record<string, string>> = {
    UNAUTHENTICATED: "paste the variables of a principal that is not revoked",
    DENIED: "set HCP_ORGANIZATION_ID and HCP_PROJECT_ID to the principal's own, or unset both",
    NOT_FOUND: "create the project's registry, as an admin, with PUT …/registry",
    BAD_ANSWER: `what answers is no registry: mend ${address}`,
  };
  if (grpcCode === 9) return bad(subject, message, "activate the project's registry, as an admin");
  return bad(subject, message, cures[code] ?? "see the server's log");
}
