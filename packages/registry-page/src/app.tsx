import type { ReactNode } from "react";
import { Route, Router, Switch, useLocation, useParams } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { ErrorBoundary } from "./components/error-boundary.tsx";
import { Shell } from "./components/shell.tsx";
import { BucketAncestryPage, VersionAncestryPage } from "./pages/ancestry.tsx";
import { BucketVersionsPage } from "./pages/bucket-versions.tsx";
import { BucketsPage } from "./pages/buckets.tsx";
import { ChannelPage } from "./pages/channel.tsx";
import { ChannelsPage } from "./pages/channels.tsx";
import { NotFoundPage } from "./pages/not-found.tsx";
import { SearchPage } from "./pages/search.tsx";
import { SignInPage } from "./pages/sign-in.tsx";
import { VersionPage } from "./pages/version.tsx";
import { decodeSegment } from "./routing/paths.ts";
import { SessionGate } from "./session/session.tsx";

/** The whole page. Places are behind the `#`, so that any server of static files can serve it. */
export function App() {
  return (
    <ErrorBoundary>
      <SessionGate signInPage={(notice, enter) => <SignInPage notice={notice} onEnter={enter} />}>
        <Router hook={useHashLocation}>
          <Shell>
            <Places />
          </Shell>
        </Router>
      </SessionGate>
    </ErrorBoundary>
  );
}

function Places() {
  const [location] = useLocation();
  return (
    <ErrorBoundary key={location}>
      <Switch>
        <Route path="/" component={BucketsPage} />
        <Route path="/buckets/:bucket">{() => <At page={BucketVersionsPage} />}</Route>
        <Route path="/buckets/:bucket/channels">{() => <At page={ChannelsPage} />}</Route>
        <Route path="/buckets/:bucket/channels/:channel">{() => <At page={ChannelPage} />}</Route>
        <Route path="/buckets/:bucket/ancestry">{() => <At page={BucketAncestryPage} />}</Route>
        <Route path="/buckets/:bucket/versions/:fingerprint">
          {() => <At page={VersionPage} />}
        </Route>
        <Route path="/buckets/:bucket/versions/:fingerprint/ancestry">
          {() => <At page={VersionAncestryPage} />}
        </Route>
        <Route path="/search/:identifier">{() => <At page={SearchPage} />}</Route>
        <Route component={NotFoundPage} />
      </Switch>
    </ErrorBoundary>
  );
}

/** A page with the names that the address has, made anew for each address. */
function At<Names extends object>({ page: PageOf }: { page: (names: Names) => ReactNode }) {
  const params = useParams();
  const names = Object.fromEntries(
    Object.entries(params).map(([name, segment]) => [name, decodeSegment(segment ?? "")]),
  ) as Names;
  return <PageOf key={JSON.stringify(params)} {...names} />;
}
