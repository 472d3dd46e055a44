import type { Caller } from "../auth/authenticate.ts";

/** The path that all of a project's paths begin with. */
export const PROJECT_PATH =
  "/packer/2023-01-01/organizations/:organization_id/projects/:project_id";

/** Where something is, as answers say it. */
export function locationOf({ organizationId, projectId }: Caller) {
  return { organization_id: organizationId, project_id: projectId };
}

/** The address of something in the caller's project, without the host. */
export function hrefOf({ organizationId, projectId }: Caller, ...segments: string[]): string {
  const path = segments.map(encodeURIComponent).join("/");
  return `/packer/2023-01-01/organizations/${organizationId}/projects/${projectId}/${path}`;
}
