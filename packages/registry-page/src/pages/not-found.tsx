import { Link } from "wouter";
import { Page } from "../components/page.tsx";
import { paths } from "../routing/paths.ts";

/** What an address that leads nowhere shows. */
export function NotFoundPage() {
  return (
    <Page title="Not found">
      <p>This address leads nowhere.</p>
      <p>
        <Link href={paths.buckets}>All buckets</Link>
      </p>
    </Page>
  );
}
