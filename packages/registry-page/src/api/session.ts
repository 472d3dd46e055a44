import { RegistryError } from "./registry-error.ts";
import { askRegistry, type Connection, send } from "./request.ts";

/** A service principal's credentials. */
export interface Credentials {
  clientId: string;
  clientSecret: string;
}

/** What is known once a principal has signed in; the secret is not part of it. */
export interface Session extends Connection {
  /** Milliseconds since 1970; the token is of no use from then on. */
  expiresAt: number;
  organizationName: string;
  projectName: string;
}

interface Named {
  id: string;
  name?: string;
}

/**
 * A session of a service principal, in the organization and project that it belongs to.
 *
 * @throws {RegistryError} where the credentials are refused, or the principal belongs to no project.
 */
export async function signIn(origin: string, credentials: Credentials): Promise<Session> {
  const granted = await send<{ access_token: string; expires_in: number }>(
    new URL("/oauth2/token", origin),
    {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
      }),
    },
  );
  const expiresAt = Date.now() + granted.expires_in * 1000;
  const access = { origin, token: granted.access_token };
  const path = "/resource-manager/2019-12-10";
  const { organizations } = await askRegistry<{ organizations: Named[] }>(
    access,
    `${path}/organizations`,
  );
  const organization = organizations[0];
  if (organization === undefined) throw withoutHome("organization");
  const { projects } = await askRegistry<{ projects: Named[] }>(access, `${path}/projects`, {
    query: { "scope.type": "ORGANIZATION", "scope.id": organization.id },
  });
  const project = projects[0];
  if (project === undefined) throw withoutHome("project");
  return {
    ...access,
    expiresAt,
    organizationId: organization.id,
    organizationName: organization.name || organization.id,
    projectId: project.id,
    projectName: project.name || project.id,
  };
}

function withoutHome(kind: string): RegistryError {
  return new RegistryError(
    "REFUSED",
    `The principal belongs to no ${kind}. Ask who runs the registry for one that does.`,
    { status: 403 },
  );
}
